export {
  arrayOf,
  byteaArray,
  int4Array,
  int8Array,
  textArray,
  uuidArray,
} from './binary-arrays.js';
export {
  bool,
  converted,
  float8,
  int2,
  int4,
  int8,
  jsonb,
  text,
  timestamptz,
  uuid,
  type BinaryType,
} from './binary-types.js';
export { copyColumn, encodeCopyData, type CopyColumn } from './copy-data.js';
