export { digestOf, digestOfBytes, policyFingerprint } from './digest.js';
export { commandUuid, eventId, outcomeId, type Answered } from './ids.js';
export {
  KEY_ID,
  isSignatureOf,
  parseSignature,
  signatureOf,
  signed,
  signedText,
  type ParsedSignature,
  type SignedMessage,
  type SigningKey,
} from './signature.js';
export { toLedgerCommand, type SentCommand } from './to-ledger-command.js';
