export { NotAllowed, type Denial, type DenialCause } from './denial.js';
export { SENDERS_VARIABLES, sendersFilePath, type SendersVariables } from './senders-variables.js';
export { allowAnySender, Senders, type Authenticated, type TopicMessage } from './senders.js';
export { SenderDirectory } from './sender-directory.js';
export { parseSenders } from './senders-file.js';
export type { SenderPermission } from './sender-permission.js';
export { SendersFileWatcher, type SendersFileObserver } from './senders-file-watcher.js';
