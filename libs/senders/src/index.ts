export { NotAllowed, type Denial, type DenialCause } from './denial.js';
export { SENDERS_VARIABLES, sendersFilePath, type SendersVariables } from './senders-variables.js';
export { anybody, Senders, type Authenticated, type TopicMessage } from './senders.js';
export { SenderDirectory } from './sender-directory.js';
export { parseSenders } from './senders-file.js';
export type { SendingRight } from './sending-right.js';
export { WatchedSenders, type SendersFileObserver } from './watched-senders.js';
