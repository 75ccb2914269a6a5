import { z } from 'zod';
import {
  COMMAND_TYPES,
  PROBLEM_MEDIA_TYPE,
  addressee,
  commandDataSchemas,
  commandOutcome,
  problem,
  rowParam,
  type CommandType,
} from '#contracts';
import type {
  ApiDescription,
  Json,
  OperationDescription,
  ParameterDescription,
} from './description.js';
import { READ_OPERATIONS, type Operation } from './read-operations.js';
import { READ_STATUS_WORDS, STATUS_WORDS } from './status-descriptions.js';

/** The description of this API, from the very schemas that parse what comes and goes. */
export function openApi(): ApiDescription {
  return {
    openapi: '3.1.0',
    info: {
      title: 'points-ledger',
      version: '1',
      description: 'Commands in, the projection out. Problems follow RFC 9457.',
    },
    security: [{ bearer: [] }],
    paths: {
      ...Object.fromEntries(COMMAND_TYPES.map((type) => [`/v1/commands/${type}`, post(type)])),
      ...Object.fromEntries(READ_OPERATIONS.map((operation) => [operation.path, get(operation)])),
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: {
        ...Object.fromEntries(
          COMMAND_TYPES.map((type) => [type, schemaOf(commandDataSchemas[type], 'input')]),
        ),
        CommandOutcome: schemaOf(commandOutcome, 'output'),
        Problem: schemaOf(problem, 'output'),
        ...Object.fromEntries(
          READ_OPERATIONS.flatMap(({ answer }) =>
            answer === null ? [] : [[answer.name, schemaOf(answer.schema, 'output')]],
          ),
        ),
      },
    },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const described: Record<string, unknown> = {
    ...z.toJSONSchema(schema, { io, unrepresentable: 'any' }),
  };
  delete described['$schema'];
  return described;
}

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const COMMAND_STATUSES = [400, 401, 403, 409, 413, 415, 422, 429, 503];

/** Of ASCII, which every client can send: bare, beginning with a quote that never ends, or quoted. */
const IDEMPOTENCY_KEY: Json = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^(?:[!#-~](?:[ -~]*[!-~])?|"(?:[ -~]*[!#-~])?|"[ !#-\\[\\]-~]+")$',
};

function post(type: CommandType): { readonly post: OperationDescription } {
  return {
    post: {
      operationId: type,
      summary: type,
      tags: ['Commands'],
      parameters: [
        {
          ...headerParameter('Idempotency-Key', 'The id of the command, bare or quoted.', true),
          schema: IDEMPOTENCY_KEY,
        },
        headerParameter('traceparent', 'W3C trace context.', false),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: ref(type) } },
      },
      responses: {
        200: {
          description: 'Accepted. `Idempotency-Replayed: true` when it was answered before.',
          content: { 'application/json': { schema: ref('CommandOutcome') } },
        },
        ...problems(COMMAND_STATUSES, STATUS_WORDS),
      },
    },
  };
}

function get(operation: Operation): { readonly get: OperationDescription } {
  const { path, summary, group, answers, answer, mediaType, statuses } = operation;
  const isOpen = group === 'For those who run it';
  return {
    get: {
      operationId: path.replaceAll(/\W+/g, '_').replace(/^_/, ''),
      summary,
      tags: [group],
      ...(isOpen && { security: [] }),
      parameters: [...pathParameters(path), ...queryParameters(operation), ...headers(operation)],
      responses: {
        200: {
          description: answers,
          content: { [mediaType]: answer === null ? {} : { schema: ref(answer.name) } },
        },
        ...(isOpen ? {} : problems(statuses, READ_STATUS_WORDS)),
        ...(isOpen && statuses.includes(503) && { 503: { description: 'It does not flow.' } }),
      },
    },
  };
}

const PATH_PARAMETERS: Readonly<Record<string, z.ZodType>> = {
  user_id: addressee.shape.user_id,
  id: rowParam,
};

const pathParameters = (path: string): ParameterDescription[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: schemaOf(PATH_PARAMETERS[name] ?? z.string(), 'output'),
  }));

function queryParameters({ query }: Operation): ParameterDescription[] {
  if (query === undefined) return [];
  // As what it is read as: a whole number, and not the digits of one.
  const shapes = z.toJSONSchema(query, { io: 'output', unrepresentable: 'any' }).properties ?? {};
  return Object.entries(shapes).map(([name, schema]) => ({
    name,
    in: 'query',
    // One without a value says nothing.
    allowEmptyValue: true,
    schema,
  }));
}

const headers = ({ headers: own = {} }: Operation): ParameterDescription[] =>
  Object.entries(own).map(([name, description]) => headerParameter(name, description, false));

const headerParameter = (
  name: string,
  description: string,
  required: boolean,
): ParameterDescription => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});

const problems = (
  statuses: readonly number[],
  words: typeof STATUS_WORDS,
): OperationDescription['responses'] =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: words[status] ?? String(status),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: ref('Problem') } },
      },
    ]),
  );
