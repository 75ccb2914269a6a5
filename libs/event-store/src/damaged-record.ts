import type { DamagedRecord, RecordedEvent } from './port.js';

export const isDamaged = (record: RecordedEvent | DamagedRecord): record is DamagedRecord =>
  'code' in record;
