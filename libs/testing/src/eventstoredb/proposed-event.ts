import type { streams } from './definitions.js';
import type { ProposedEvent } from './log-record.js';
import { uuidOf } from './messages.js';
import { handlerFailed, metadataMissing } from './rpc-errors.js';

type ProposedMessage = streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage;

/** An event as it is sent, before anybody has looked whether it is one. */
export interface Proposal {
  readonly message: ProposedMessage;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly meta: Uint8Array;
}

/** One record of the log holds no more than that, whatever an append may hold. */
const RECORD_BYTES_MAX = 16 * 1024 * 1024 - 10_000;
const JSON_TYPE = 'application/json';
const NO_ID = '00000000-0000-0000-0000-000000000000';
const UUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

export function proposalOf(message: ProposedMessage): Proposal {
  const headers = message.getMetadataMap();
  const header = (name: string): string => {
    const value = headers.get(name);
    if (value === undefined) throw metadataMissing(name);
    return value;
  };
  return {
    message,
    type: header('type'),
    contentType: header('content-type') === JSON_TYPE ? JSON_TYPE : 'application/octet-stream',
    data: message.getData_asU8(),
    meta: message.getCustomMetadata_asU8(),
  };
}

/** The real server throws where an event has no type, no id, or is too large for a record. */
export function eventFrom(proposal: Proposal, size: number): ProposedEvent {
  const { message, type, contentType, data, meta } = proposal;
  const [, ...parts] = UUID.exec(uuidOf(message.getId())) ?? [];
  const id = parts.join('-').toLowerCase();
  if (id === '' || id === NO_ID || type === '' || size > RECORD_BYTES_MAX) throw handlerFailed();
  return { id, type, contentType, data, meta };
}
