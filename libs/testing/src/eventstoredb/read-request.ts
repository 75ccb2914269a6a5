import { filterOf, type Filter } from './filter.js';
import { streamNameOf } from './messages.js';
import { invalidArgument } from './rpc-errors.js';
import { streams } from './definitions.js';

export type From =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  /** A revision of a stream, or a position of `$all`. */
  | { readonly kind: 'at'; readonly at: number };

export interface ReadRequest {
  /** null: `$all`. */
  readonly stream: string | null;
  readonly from: From;
  readonly backwards: boolean;
  readonly resolveLinks: boolean;
  readonly hasStringIds: boolean;
  /** null: a subscription, which has no end. */
  readonly count: number | null;
  readonly filter: Filter | null;
}

export function readRequestOf(message: streams.ReadReq): ReadRequest {
  const options = message.getOptions();
  if (options === undefined) throw invalidArgument('a read without options');
  const ofStream = options.getStream();
  const request: ReadRequest = {
    stream: ofStream === undefined ? null : streamNameOf(ofStream.getStreamIdentifier()),
    from: ofStream === undefined ? fromInAll(options.getAll()) : fromInStream(ofStream),
    backwards: options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS,
    resolveLinks: options.getResolveLinks(),
    hasStringIds: options.getUuidOption()?.hasString() === true,
    count: options.hasSubscription() ? null : Number(options.getCount()),
    filter: filterOf(options),
  };
  if (request.stream !== null && request.filter !== null) {
    throw invalidArgument('a filter on a single stream');
  }
  return request;
}

function fromInStream(options: streams.ReadReq.Options.StreamOptions): From {
  if (options.hasRevision()) return { kind: 'at', at: Number(options.getRevision()) };
  return options.hasEnd() ? { kind: 'end' } : { kind: 'start' };
}

function fromInAll(options: streams.ReadReq.Options.AllOptions | undefined): From {
  const position = options?.getPosition();
  if (position !== undefined) return { kind: 'at', at: Number(position.getCommitPosition()) };
  return options?.hasEnd() === true ? { kind: 'end' } : { kind: 'start' };
}
