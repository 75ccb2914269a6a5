import { Lab } from '../testing/lab.suite.js';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

describe('verify', () => {
  it('finds nothing in a ledger that nobody touched', async () => {
    const { findings, events, accounts } = await lab.verify();
    expect(findings.sorted()).toEqual([]);
    expect(accounts).toBe(3);
    expect(events).toBeGreaterThan(60);
  });
});
