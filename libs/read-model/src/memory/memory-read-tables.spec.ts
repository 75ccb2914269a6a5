import type { Open } from '../open-tables.suite.js';
import { parksAccounts } from '../parking.suite.js';
import { answersWhatIsRead } from '../reading.suite.js';
import { carriesEventsIntoTheTables } from '../writing.suite.js';
import { inBatches, storeOrder, vectorUsers } from '../vectors.suite.js';
import { MemoryReadTables, type TableFault } from './memory-read-tables.js';

const open: Open = async (followsDirectly) => {
  const tables = new MemoryReadTables({ followsDirectly });
  return { tables, writer: tables };
};

describe('MemoryReadTables', () => {
  carriesEventsIntoTheTables(open);
  parksAccounts(open);
  answersWhatIsRead(open);
});

describe('MemoryReadTables whose database is lost', () => {
  const [batch] = inBatches(storeOrder(vectorUsers()).slice(0, 20), 20);

  it('before the commit has written nothing', async () => {
    const tables = new MemoryReadTables({ faultOf: () => 'abort-before-commit' });
    await expect(tables.write(null, batch!)).rejects.toThrow('before the commit');
    expect(await tables.position()).toBeNull();
    expect(await tables.account(vectorUsers()[0]!.userId)).toBeNull();
  });

  it('after the commit has written everything', async () => {
    const faults: (TableFault | undefined)[] = ['abort-after-commit'];
    const tables = new MemoryReadTables({ faultOf: () => faults.pop() });
    await expect(tables.write(null, batch!)).rejects.toThrow('after the commit');
    expect(await tables.position()).toBe(batch!.next);
    expect(await tables.write(null, batch!)).toEqual({ kind: 'moved' });
  });
});
