import { readFileSync } from 'node:fs';
import { accountStream } from '#identity';
import { writeDocumentedLedger } from './testing/documented-ledger.js';
import { runProgram } from './testing/run-program.js';
import { ANNA } from './testing/sample-ledger.js';
import { TestLedger } from './testing/test-ledger.js';

// The worked example of docs/audit.md: every command is run, and must print what stands there.

const SECTION = '## 7. Rules 2, worked through';
const COMMAND = /^```\n\$ npm run audit -- (.*)\n([\s\S]*?)^```$/gm;

interface Block {
  readonly args: readonly string[];
  readonly printed: string;
}

const blocks = (): readonly Block[] => {
  const text = readFileSync('docs/audit.md', 'utf8');
  const section = text.slice(text.indexOf(SECTION)).split('\n## ')[0] ?? '';
  return [...section.matchAll(COMMAND)].map(([, args = '', printed = '']) => ({
    args: args.split(' '),
    printed,
  }));
};

/** How long it takes, every time is different. */
const withoutTimes = (text: string): string =>
  text.replaceAll(/in \d+\.\d s \([\d,]+\/s\)/g, 'in 0.1 s (1/s)');

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await TestLedger.openWith(writeDocumentedLedger);
});
afterAll(() => ledger.close());

async function print({ args }: Block): Promise<string> {
  const env = { EVENT_STORE: ledger.url, DATABASE_URL: ledger.url };
  return withoutTimes((await runProgram(env, ...args)).out);
}

describe('the worked example of rules 2 in docs/audit.md', () => {
  it('has a command for each thing that it tells', () => {
    expect(blocks().map(({ args }) => args[0])).toEqual(['verify', 'replay', 'replay', 'verify']);
  });

  it('prints what stands there', async () => {
    for (const block of blocks().slice(0, -1)) {
      expect(await print(block)).toBe(withoutTimes(block.printed));
    }
  });

  it('finds the debt that was made smaller, as it says there', async () => {
    const last = blocks().at(-1);
    if (last === undefined) throw new Error('there is no example');
    const printed = await ledger.withTampering(
      () =>
        ledger.rewrite(accountStream(ANNA), 2, (data) => {
          Object.assign(data, { owed: 29, uncollected: 1, owedAfter: 29 });
        }),
      () => print(last),
    );
    expect(printed).toBe(withoutTimes(last.printed));
  });
});
