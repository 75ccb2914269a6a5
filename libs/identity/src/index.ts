export { CHAIN_START, chainHash } from './chain-hash.js';
export {
  commandIdOf,
  eventIdOf,
  importSource,
  outcomeIdOf,
  settingsEventId,
  takeOverEventId,
} from './derived-ids.js';
export {
  commandDigest,
  digestOf,
  digestedData,
  importDigest,
  payloadDigest,
  policyFingerprint,
  rowsDigest,
  type DigestedData,
} from './digest.js';
export {
  KEY_ID,
  SIGNATURE_HEADER,
  isSignatureOf,
  parseSignature,
  signMessage,
  signatureOf,
  type SigningKey,
} from './message-signature.js';
export { nameBasedUuid } from './name-based-uuid.js';
export { isReportSignedBy, parseSignedReport, publicKeyHex, signReport } from './signed-report.js';
export {
  LEDGER_STREAM_PREFIXES,
  STREAM_PREFIX,
  accountStream,
  userOfStream,
} from './stream-name.js';
