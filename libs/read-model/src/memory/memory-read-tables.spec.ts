import type { Open } from '../open-tables.suite.js';
import { answersWhatIsRead } from '../reading.suite.js';
import { carriesEventsIntoTheTables } from '../writing.suite.js';
import { MemoryReadTables } from './memory-read-tables.js';

const open: Open = async (followsDirectly) => {
  const tables = new MemoryReadTables({ followsDirectly });
  return { tables, writer: tables };
};

describe('MemoryReadTables', () => {
  carriesEventsIntoTheTables(open);
  answersWhatIsRead(open);
});
