import { z } from 'zod';
import {
  PROBLEM_MEDIA_TYPE,
  addressee,
  commandTypesOf,
  rowParam,
  settingsDraft,
  type CommandType,
} from '#contracts';
import type { RulesNumber } from '#ledger';
import {
  COMMAND_EXAMPLES,
  POSITION,
  QUOTE_EXAMPLE,
  RESPONSE_EXAMPLES,
  SETTINGS_DRAFT_EXAMPLE,
  USER_ID,
  outcomeExample,
} from './examples.js';
import type { Json, OpenApiDocument, OperationObject, Parameter } from './openapi-types.js';
import { PROBE, READ_OPERATIONS, type ReadOperation } from './operations.js';
import { problemResponses, problemSchemas, type ProblemResponseName } from './problem-responses.js';
import { componentSchemas, ref, toJsonSchema } from './schemas.js';

/**
 * The OpenAPI document, generated from the schemas that parse requests and describe answers: with the
 * commands that those rules know, in their form.
 */
export function createOpenApiDocument(rules: RulesNumber): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'points-ledger',
      version: '1',
      description:
        'Commands change an account, reads show its statement. Errors follow RFC 9457.\n\n' +
        'Send a bearer token (JWT) with the role `user`, `service`, `auditor` or `admin`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that serves this document.' }],
    tags: [
      { name: 'Commands', description: 'Change an account. Each command is carried out once.' },
      { name: 'Statement', description: 'Read the statement, balance, batches and usage.' },
      { name: 'Audit', description: 'Read the stored events. For auditors.' },
      { name: 'Settings', description: 'Read and publish prices, businesses and limits.' },
      { name: 'Operations', description: 'Probes, metrics and this document. Public.' },
    ],
    security: [{ bearer: [] }],
    paths: {
      ...Object.fromEntries(
        commandTypesOf(rules).map((type) => [`/v1/commands/${type}`, post(type)]),
      ),
      ...Object.fromEntries(
        READ_OPERATIONS.map((operation) => [
          operation.path,
          { ...get(operation), ...(operation.path === '/v1/settings' && PUBLISH) },
        ]),
      ),
      '/v1/settings/check': CHECK,
      '/v1/quotes': QUOTE,
      '/v1/settings/preview': PREVIEW,
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { ...componentSchemas(rules), ...problemSchemas() },
    },
  };
}

const COMMAND_SUMMARIES: Readonly<Record<CommandType, string>> = {
  RechargePoints: 'Add a batch of points',
  ConsumePoints: 'Consume points, or hold them by a pre-deduction',
  ExtendConsumption: 'Extend a pre-deduction: by time, by points, or by both',
  SettleConsumption: 'Settle a pre-deduction at its actual cost',
  RefundPoints: 'Refund a consumption, or a part of it',
  ReverseRecharge: 'Reverse a recharge, or a part of it',
  ReinstateRecharge: 'Undo the reversal of a recharge, or a part of it',
  ExpirePoints: 'Record the batches that have expired',
};

const COMMAND_PROBLEMS: readonly ProblemResponseName[] = [
  'InvalidRequest',
  'Unauthorized',
  'Forbidden',
  'MethodNotAllowed',
  'CommandIdReused',
  'BodyTooLarge',
  'UnsupportedBody',
  'CommandRefused',
  'TooManyRequests',
  'InternalError',
  'ServiceUnavailable',
];

/** An ASCII pattern of keys: bare, starting with a quote that is not closed, or quoted. */
const IDEMPOTENCY_KEY: Json = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^(?:[!#-~](?:[ -~]*[!-~])?|"(?:[ -~]*[!#-~])?|"[ !#-\\[\\]-~]+")$',
};

const LEDGER_POSITION = {
  'Ledger-Position': {
    description: 'The position of the read tables, or of the event that a command recorded.',
    schema: { type: 'string' },
  },
};

/** The answer when a part of the path is too long to be a parameter. */
const ADDRESS_TOO_LONG = {
  414: {
    description: 'The address is too long.',
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: ref('Problem'),
        example: {
          type: 'urn:points-ledger:problem:bad-address',
          title: 'URI too long',
          status: 414,
          detail: 'The address is too long.',
        },
      },
    },
  },
};

function post(type: CommandType): { readonly post: OperationObject } {
  return {
    post: {
      operationId: type,
      summary: COMMAND_SUMMARIES[type],
      tags: ['Commands'],
      parameters: [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: true,
          description: 'The id of the command, bare or quoted. A repeat gets the same answer.',
          schema: IDEMPOTENCY_KEY,
          example: 'order-1',
        },
        headerParameter('traceparent', 'W3C trace context.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref(type), example: COMMAND_EXAMPLES[type] },
        },
      },
      responses: {
        200: {
          description: 'Accepted. `Idempotency-Replayed: true` when it was answered before.',
          headers: {
            ...LEDGER_POSITION,
            'Idempotency-Replayed': {
              description: 'Present when this command was answered before.',
              schema: { type: 'string', const: 'true' },
            },
          },
          content: {
            'application/json': { schema: ref('CommandOutcome'), example: outcomeExample(type) },
          },
        },
        ...problemResponses(COMMAND_PROBLEMS),
      },
    },
  };
}

function get(operation: ReadOperation): { readonly get: OperationObject } {
  const { path, summary, tag, success, problems, isPublic } = operation;
  const { description, mediaType, schema, example } = success;
  const hasPosition = isPublic !== true && operation.isWithoutPosition !== true;
  return {
    get: {
      operationId: path.replaceAll(/\W+/g, '_').replace(/^_/, ''),
      summary,
      tags: [tag],
      ...(isPublic && { security: [] }),
      parameters: [
        ...pathParameters(path),
        ...queryParameters(operation),
        ...headerParameters(operation),
      ],
      responses: {
        200: {
          description,
          ...(hasPosition && { headers: LEDGER_POSITION }),
          content: { [mediaType]: { schema, example } },
        },
        ...problemResponses(problems),
        ...(path.startsWith('/v1/') && ADDRESS_TOO_LONG),
        ...(path.startsWith('/health/') && { 503: UNHEALTHY }),
      },
    },
  };
}

const PUBLISH_PROBLEMS: readonly ProblemResponseName[] = [
  'InvalidRequest',
  'Unauthorized',
  'Forbidden',
  'MethodNotAllowed',
  'SettingsConflict',
  'BodyTooLarge',
  'UnsupportedBody',
  'TooManyRequests',
  'InternalError',
  'ServiceUnavailable',
];

const QUOTE_PROBLEMS: readonly ProblemResponseName[] = [
  ...PUBLISH_PROBLEMS.filter((name) => name !== 'SettingsConflict'),
  'QuoteRefused',
];

const SETTINGS_BODY = {
  required: true,
  content: {
    'application/json': { schema: ref('SettingsDraft'), example: SETTINGS_DRAFT_EXAMPLE },
  },
} as const;

const PUBLISH: { readonly post: OperationObject } = {
  post: {
    operationId: 'publish_settings',
    summary: 'Publish the next version of the settings',
    description:
      'A version is whole, and in force 6 minutes after it was published at the earliest. The same ' +
      'may be sent again: it is published once. The version that turns rules 2 on is refused where a ' +
      'pre-deduction of the last 7 days named no consumption, unless it says `"accept": true`.',
    tags: ['Settings'],
    parameters: [headerParameter('traceparent', 'W3C trace context.')],
    requestBody: SETTINGS_BODY,
    responses: {
      200: {
        description: 'Published. `Idempotency-Replayed: true` when it was there before.',
        content: {
          'application/json': {
            schema: ref('SettingsVersion'),
            example: RESPONSE_EXAMPLES.SettingsVersion,
          },
        },
      },
      ...problemResponses(PUBLISH_PROBLEMS),
    },
  },
};

const CHECK: { readonly post: OperationObject } = {
  post: {
    operationId: 'check_settings',
    summary: 'Check the next version of the settings, without publishing it',
    tags: ['Settings'],
    parameters: [],
    requestBody: SETTINGS_BODY,
    responses: {
      200: {
        description: 'It could be published now.',
        content: {
          'application/json': {
            schema: ref('SettingsCheck'),
            example: RESPONSE_EXAMPLES.SettingsCheck,
          },
        },
      },
      ...problemResponses(PUBLISH_PROBLEMS),
    },
  },
};

const QUOTE: { readonly post: OperationObject } = {
  post: {
    operationId: 'quote',
    summary: 'What a consumption would cost now',
    description:
      'By the price in force; it promises nothing. With `user_id` also whether this user could pay it, for ' +
      'those who may read the balance. Refused as the consumption would be, whatever the account has.',
    tags: ['Statement'],
    parameters: [],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: ref('QuoteRequest'), example: QUOTE_EXAMPLE } },
    },
    responses: {
      200: {
        description: 'The points, and the price that they come from.',
        content: {
          'application/json': { schema: ref('Quote'), example: RESPONSE_EXAMPLES.Quote },
        },
      },
      ...problemResponses(QUOTE_PROBLEMS),
    },
  },
};

const PREVIEW: { readonly post: OperationObject } = {
  post: {
    operationId: 'preview_settings',
    summary: 'Who would pay what under the next version of the settings',
    description:
      'The 1,000 consumptions of all accounts that began last and have a quantity or a duration, with ' +
      'what they cost and what the prices of the version make of them. Nothing is published.',
    tags: ['Settings'],
    parameters: [],
    requestBody: SETTINGS_BODY,
    responses: {
      200: {
        description: 'The consumptions, newest first.',
        content: {
          'application/json': {
            schema: ref('SettingsPreview'),
            example: RESPONSE_EXAMPLES.SettingsPreview,
          },
        },
      },
      ...problemResponses(PUBLISH_PROBLEMS),
    },
  },
};

const UNHEALTHY = {
  description: 'The process must be restarted, or is not ready. `parts` has the reason.',
  content: {
    'application/json': {
      schema: PROBE,
      example: {
        status: 'unavailable',
        parts: { 'event store': { state: 'red', reason: 'is not available' } },
      },
    },
  },
};

const PATH_PARAMETERS: Readonly<Record<string, { schema: z.ZodType; example: unknown }>> = {
  user_id: { schema: addressee.shape.user_id, example: USER_ID },
  id: { schema: rowParam, example: 'r4.0' },
  version: { schema: settingsDraft.shape.version, example: 2 },
};

const pathParameters = (path: string): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { schema = z.string(), example } = PATH_PARAMETERS[name] ?? {};
    return { name, in: 'path', required: true, schema: toJsonSchema(schema), example };
  });

/** Parameters have no `example`s, because the interactive page would send each of them. */
const QUERY_PARAMETERS: Readonly<Record<string, string>> = {
  type: 'Only rows of this type.',
  source_type: 'Only rows of this business.',
  source_id: 'Only rows of this task or order.',
  from: 'The start of the period (inclusive), such as `2030-06-01T00:00:00+08:00`.',
  to: 'The end of the period (exclusive).',
  at: 'A time in the past, such as `2030-06-01T00:00:00+08:00`.',
  limit: 'The maximum number of items on a page.',
  cursor: 'The `next_cursor` of the previous page.',
  after: 'Only events after this revision.',
  before: 'Only versions before this one.',
  revision: 'The revision of the last event to include. By default all events are included.',
  group_by: 'How the items are grouped.',
  tz: 'The IANA time zone that defines the days.',
  user_id: 'The user of the command.',
  command_source:
    'The source of the command: `ce_source`, or over HTTP `api:` and the subject of the token.',
  command_id: 'The id that its sender gave it: `ce_id`, or over HTTP the `Idempotency-Key`.',
  min_position: `Wait until the read tables have reached this position, such as \`${POSITION}\`.`,
};

function queryParameters({ query }: ReadOperation): Parameter[] {
  if (query === undefined) return [];
  // Parameters are described by the output of their schema, which is an integer and not a text of digits.
  const shapes = z.toJSONSchema(query, { io: 'output', unrepresentable: 'any' }).properties ?? {};
  // In the output a parameter with a default is always there.
  const { required = [] } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' });
  return Object.entries(shapes).map(([name, schema]) => ({
    name,
    in: 'query',
    // One without a value is ignored.
    ...(required.includes(name) ? { required: true } : { allowEmptyValue: true }),
    description: QUERY_PARAMETERS[name] ?? name,
    schema,
  }));
}

const headerParameters = ({ headers = {} }: ReadOperation): Parameter[] =>
  Object.entries(headers).map(([name, description]) => headerParameter(name, description));

function headerParameter(name: string, description: string): Parameter {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}
