import { runSettingsCommand } from './settings-command.js';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  readonly body: string | null;
}

interface Canned {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const VERSION_3 = {
  version: 3,
  from: '2030-01-01T00:00:00.000Z',
  at: 'a',
  by: 'b',
  note: 'n',
  rules: 2,
};

const ANSWERS: Readonly<Record<string, Canned>> = {
  'GET ?limit=1': { body: { in_force: 2, newest: 3, items: [], next_before: null } },
  'GET /2': { body: { ...VERSION_3, version: 2 } },
  'GET /3': { body: VERSION_3 },
  'GET /9': { status: 404, body: { title: 'Not found', detail: 'There is no version 9.' } },
  'POST /check': { body: { valid: true, version: 4 } },
  'POST ': { body: { ...VERSION_3, version: 4 } },
};

/** An API that answers as ours does. */
async function run(args: string[], answers: Readonly<Record<string, Canned>> = ANSWERS) {
  const [sent, out, err]: [Sent[], string[], string[]] = [[], [], []];
  const api = 'http://ledger.example';
  const code = await runSettingsCommand(args, {
    api: async () => ({ url: api, token: 'secret' }),
    readFile: async (path) => (path === 'good.json' ? '{"version":4}' : '{'),
    now: () => Date.parse('2030-06-01T00:00:00.000Z'),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    fetch: async (input, init) => {
      const url = typeof input === 'string' ? input : '';
      const method = init?.method ?? 'GET';
      const headers = new Headers(init?.headers);
      const authorization = headers.get('authorization');
      sent.push({ method, url, authorization, body: (init?.body as string | undefined) ?? null });
      const canned = answers[`${method} ${url.slice(`${api}/v1/settings`.length)}`];
      if (canned === undefined) throw new TypeError('fetch failed');
      const { status = 200, body, headers: more = {} } = canned;
      return new Response(JSON.stringify(body), { status, headers: more });
    },
  });
  return { code, sent, out: out.join(''), err: err.join('') };
}

describe('npm run settings', () => {
  it('shows the version in force, and says which is the newest', async () => {
    const { code, out, err, sent } = await run(['show']);
    expect([code, JSON.parse(out)]).toEqual([0, { ...VERSION_3, version: 2 }]);
    expect(err).toBe('Version 2 is in force, and 3 is the newest.\n');
    expect(sent[0]?.authorization).toBe('Bearer secret');
  });

  it('shows one version, or says that there is none', async () => {
    expect(JSON.parse((await run(['show', '3'])).out)).toEqual(VERSION_3);
    expect(await run(['show', '9'])).toMatchObject({
      code: 2,
      err: 'Not found: There is no version 9.\n',
    });
  });

  it('shows the newest version as the draft of the next one', async () => {
    const { out } = await run(['show', '--draft']);
    const draft = { version: 4, from: '2030-06-01T01:00:00.000Z', note: null, rules: 2 };
    expect(JSON.parse(out)).toEqual(draft);
  });

  it('checks and publishes a file as it is', async () => {
    expect(await run(['check', 'good.json'])).toMatchObject({
      code: 0,
      out: 'Version 4 can be published.\n',
      sent: [{ method: 'POST', body: '{"version":4}' }],
    });
    expect((await run(['publish', 'good.json'])).out).toBe(
      'Version 4 is published, and in force from 2030-01-01T00:00:00.000Z on.\n',
    );
  });

  it('accepts what is refused without', async () => {
    for (const command of ['check', 'publish']) {
      const { code, sent } = await run([command, 'good.json', '--accept']);
      expect([code, sent[0]?.body]).toEqual([0, '{"accept":true,"version":4}']);
    }
  });

  it('says that a version was published before', async () => {
    const repeated = { body: VERSION_3, headers: { 'idempotency-replayed': 'true' } };
    const { out } = await run(['publish', 'good.json'], { 'POST ': repeated });
    expect(out).toContain('Version 3 is already published');
  });

  it('names every fault, and ends with 1', async () => {
    const errors = [
      { field: 'from', reason: 'must be later' },
      { field: 'policy.owedMax', reason: 'must be a whole number' },
      { field: 'businesses[5].price.step', reason: 'must be a decimal as text' },
    ];
    const body = { title: 'Invalid request', detail: '', errors };
    const { code, err } = await run(['check', 'good.json'], {
      'POST /check': { status: 400, body },
    });
    expect(code).toBe(1);
    expect(err).toBe(
      'Invalid request:\n' +
        '  from must be later\n' +
        '  policy.owedMax must be a whole number\n' +
        '  businesses[5].price.step must be a decimal as text\n',
    );
  });

  it('ends with 1 on a conflict and with 2 where the token is not an admin’s', async () => {
    const answer = (status: number) => ({ 'POST ': { status, body: { title: 't', detail: 'd' } } });
    expect(await run(['publish', 'good.json'], answer(409))).toMatchObject({
      code: 1,
      err: 't: d\n',
    });
    expect(await run(['publish', 'good.json'], answer(403))).toMatchObject({ code: 2 });
  });

  it.each([
    [[], 'A command is missing.'],
    [['print'], 'What is print?'],
    [['publish'], 'publish needs a file.'],
    [['show', 'x'], 'x is no number of a version.'],
    [['show', '1', '2'], '2 is one argument too many.'],
    [['check', 'good.json', '--draft'], '--draft belongs to show'],
    [['show', '--accept'], '--accept belongs to check and publish'],
    [['show', '--all'], "Unknown option '--all'"],
  ])('prints its usage after %j', async (args, message) => {
    const { code, err, sent } = await run(args);
    expect([code, sent]).toEqual([2, []]);
    expect(err).toContain(message);
    expect(err).toContain('npm run settings -- COMMAND');
  });

  it('prints its usage on --help', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('COMMAND') as string,
    });
  });

  it('says that a file is no JSON, and that the API does not answer', async () => {
    expect((await run(['check', 'bad.json'])).err).toContain('bad.json is no JSON: ');
    expect((await run(['check', 'good.json'], {})).err).toBe(
      'The API at http://ledger.example does not answer.\n',
    );
  });
});
