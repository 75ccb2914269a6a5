import type { OpenReadTables } from './open-tables.js';
import { parkingContract } from '../parking.contract.js';
import { readTablesContract } from '../read-tables.contract.js';
import { takeOverContract } from '../take-over.contract.js';
import { tableWriterContract } from '../table-writer.contract.js';
import { inBatches, inStoreOrder, vectorUsers } from './vectors.js';
import { MemoryReadTables, type TableFault } from './memory-read-tables.js';

const open: OpenReadTables = async (followsDirectly) => {
  const tables = new MemoryReadTables({ followsDirectly });
  return { tables, writer: tables };
};

describe('MemoryReadTables', () => {
  tableWriterContract(open);
  parkingContract(open);
  readTablesContract(open);
  takeOverContract(open);
});

describe('MemoryReadTables whose database is lost', () => {
  const [batch] = inBatches(inStoreOrder(vectorUsers()).slice(0, 20), 20);

  it('has written nothing before the commit', async () => {
    const tables = new MemoryReadTables({ faultOf: () => 'abort-before-commit' });
    await expect(tables.write(null, batch!)).rejects.toThrow('before the commit');
    expect(await tables.position()).toBeNull();
    expect(await tables.account(vectorUsers()[0]!.userId)).toBeNull();
  });

  it('has written everything after the commit', async () => {
    const faults: (TableFault | undefined)[] = ['abort-after-commit'];
    const tables = new MemoryReadTables({ faultOf: () => faults.pop() });
    await expect(tables.write(null, batch!)).rejects.toThrow('after the commit');
    expect(await tables.position()).toBe(batch!.next);
    expect(await tables.write(null, batch!)).toEqual({ kind: 'conflict' });
  });
});
