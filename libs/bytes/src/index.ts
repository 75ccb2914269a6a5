export { writeInt64 } from './int64.js';
export { readUuid, uuidPrefix, writeUuid } from './uuid.js';
