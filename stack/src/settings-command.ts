import { parseArgs } from 'node:util';
import { callApi, printRefusal, type ApiAnswer, type ApiContext } from './api-client.js';

// `npm run settings -- …`: shows, checks and publishes the settings of the ledger. It goes through the
// API with an admin's token, so that the role is checked.

const USAGE = `npm run settings -- COMMAND

  show [VERSION]   a version as JSON: the one in force, or the one of that number
  show --draft     the newest version as a file to edit and publish as the next one
  check FILE       every fault of a version in a file (-: standard input); publishes nothing
  publish FILE     publishes it

  --accept         with check and publish: publish rules 2 although senders began pre-deductions in the
                   last 7 days without naming their consumptions, and may not find them again

A version is whole: rules, policy, businesses with their prices, and notices. Its "version" is the
newest number and 1, and its "from" at least 6 minutes ahead: see docs/settings.md.

Calls the API of the stack that \`npm start\` runs as its admin, or the one at LEDGER_API with the
token in LEDGER_TOKEN.
`;

/** The version that a draft of `show --draft` is in force from: enough time to edit and to publish it. */
const DRAFT_AHEAD_MS = 3_600_000;

interface SettingsCommandContext extends ApiContext {
  /** `-` is the standard input. */
  readonly readFile: (path: string) => Promise<string>;
  readonly now: () => number;
}

/** What was typed is wrong: it is answered with the usage. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Returns the exit code: 0 done, 1 the settings are refused, 2 the API could not answer. */
export async function runSettingsCommand(
  args: readonly string[],
  context: SettingsCommandContext,
): Promise<number> {
  try {
    return await run(args, context);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.err(`${message}\n${error instanceof UsageError ? `\n${USAGE}` : ''}`);
    return 2;
  }
}

async function run(args: readonly string[], context: SettingsCommandContext): Promise<number> {
  const { values, positionals } = parsed(args);
  const [command, operand, ...more] = positionals;
  if (values.help === true) {
    context.out(USAGE);
    return 0;
  }
  if (more.length > 0) throw new UsageError(`${more.join(' ')} is one argument too many.`);
  if (values.draft === true && (command !== 'show' || operand !== undefined)) {
    throw new UsageError('--draft belongs to show, and shows the newest version.');
  }
  if (values.accept === true && command !== 'check' && command !== 'publish') {
    throw new UsageError('--accept belongs to check and publish.');
  }
  switch (command) {
    case 'show':
      return values.draft === true ? showDraft(context) : show(operand, context);
    case 'check':
    case 'publish':
      if (operand === undefined) throw new UsageError(`${command} needs a file.`);
      return send({ command, file: operand, accept: values.accept === true }, context);
    default:
      throw new UsageError(command === undefined ? 'A command is missing.' : `What is ${command}?`);
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        draft: { type: 'boolean' },
        accept: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

interface Overview {
  readonly in_force: number;
  readonly newest: number;
}

async function show(version: string | undefined, context: SettingsCommandContext): Promise<number> {
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) {
    throw new UsageError(`${version} is no number of a version.`);
  }
  const overview = await call(context, 'GET', '?limit=1');
  if (!overview.ok) return printRefusal(overview, context);
  const { in_force: inForce, newest } = overview.body as Overview;
  const answer = await call(context, 'GET', `/${version ?? inForce}`);
  if (!answer.ok) return printRefusal(answer, context);
  context.out(`${JSON.stringify(answer.body, null, 2)}\n`);
  context.err(`Version ${inForce} is in force, and ${newest} is the newest.\n`);
  return 0;
}

async function showDraft(context: SettingsCommandContext): Promise<number> {
  const overview = await call(context, 'GET', '?limit=1');
  if (!overview.ok) return printRefusal(overview, context);
  const { newest } = overview.body as Overview;
  const answer = await call(context, 'GET', `/${newest}`);
  if (!answer.ok) return printRefusal(answer, context);
  const rest = { ...(answer.body as Record<string, unknown>) };
  delete rest['at'];
  delete rest['by'];
  const from = new Date(context.now() + DRAFT_AHEAD_MS).toISOString();
  const draft = { ...rest, version: newest + 1, from, note: null };
  context.out(`${JSON.stringify(draft, null, 2)}\n`);
  return 0;
}

interface Sending {
  readonly command: 'check' | 'publish';
  readonly file: string;
  readonly accept: boolean;
}

async function send(
  { command, file, accept }: Sending,
  context: SettingsCommandContext,
): Promise<number> {
  const text = await context.readFile(file);
  requireJson(text, file);
  // The API reads the text as it is, and names a field that stands in it twice.
  const body = accept ? text.replace(/^\s*\{\s*(?=")/, '{"accept":true,') : text;
  const answer = await call(context, 'POST', command === 'check' ? '/check' : '', body);
  if (!answer.ok) return printRefusal(answer, context);
  const { version, from } = answer.body as { readonly version: number; readonly from?: string };
  context.out(
    command === 'check'
      ? `Version ${version} can be published.\n`
      : `Version ${version} is ${answer.isRepeated ? 'already ' : ''}published, and in force from ${from} on.\n`,
  );
  return 0;
}

function requireJson(text: string, file: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

const call = (
  context: SettingsCommandContext,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<ApiAnswer> =>
  callApi(context, { method, path: `/v1/settings${path}`, ...(body !== undefined && { body }) });
