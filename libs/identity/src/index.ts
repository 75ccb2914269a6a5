export { CHAIN_START, chainHash } from './chain-hash.js';
export { commandIdOf, eventIdOf, outcomeIdOf } from './derived-ids.js';
export { commandDigest, payloadDigest, policyFingerprint } from './digest.js';
export {
  KEY_ID,
  SIGNATURE_HEADER,
  isSignatureOf,
  parseSignature,
  signMessage,
  signatureOf,
  type SigningKey,
} from './message-signature.js';
export { STREAM_PREFIX, accountStream, userOfStream } from './stream-name.js';
