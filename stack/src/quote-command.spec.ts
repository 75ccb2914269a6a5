import { runQuote } from './quote-command.js';

type Asked = Parameters<typeof runQuote>[0];

/** An API that gives that answer to everything. */
async function run(asked: Asked, body: object = { points: 9 }, status = 200) {
  const sent: string[] = [];
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runQuote(asked, {
    api: async () => ({ url: 'http://ledger.example', token: 'secret' }),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    fetch: async (input, init) => {
      sent.push(`${init?.method} ${input as string} ${init?.body as string}`);
      return new Response(JSON.stringify(body), { status });
    },
  });
  return { code, sent, out: out.join(''), err: err.join('') };
}

const user = '11111111-1111-4111-8111-111111111111';

describe('npm run points -- quote', () => {
  it('prints what the API answers', async () => {
    const { code, sent, out } = await run({ source: 'translate', quantity: '2500', user });
    expect([code, JSON.parse(out)]).toEqual([0, { points: 9 }]);
    expect(sent).toEqual([
      'POST http://ledger.example/v1/quotes ' +
        `{"source_type":"translate","quantity":2500,"user_id":"${user}"}`,
    ]);
  });

  it('names every wrong argument, and asks nothing', async () => {
    const { code, sent, err } = await run({ quantity: 'many', duration: '-1', user: 'alice' });
    expect([code, sent]).toEqual([2, []]);
    expect(err).toBe(
      'The arguments of a quote are invalid:\n' +
        '  source_type is missing: it must be the code of a business: 1 to 32 characters a-z, 0-9 and _, the first of them a letter\n' +
        '  quantity must be a number from 0 to 10,000,000\n' +
        '  duration must be a number of seconds from 0 to 10,000,000\n' +
        '  user_id must be a UUID\n',
    );
  });

  it('takes no argument of a command', async () => {
    const asked: Asked = { source: 'tts', duration: '9', ...{ points: '5' } };
    expect(await run(asked)).toMatchObject({
      code: 2,
      err: expect.stringContaining('points is unknown here: leave it out') as string,
    });
  });

  it.each([
    [422, 1],
    [403, 2],
    [503, 2],
  ])('says why it is not answered: %d', async (status, exit) => {
    const problem = { title: 'Quote refused', detail: 'There is no price for tts.' };
    const { code, err } = await run({ source: 'tts', duration: '9' }, problem, status);
    expect([code, err]).toEqual([exit, 'Quote refused: There is no price for tts.\n']);
  });
});
