import type { Failure } from '../api/failure.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { OfflinePicture, ClockPicture, ErrorPicture, LockPicture, SearchPicture } from './icons.js';
import { Notice, type NoticeProps } from './notice.js';

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly retry: () => void;
  /** Leads back to the reader's own account when another one is forbidden. */
  readonly openOwnAccount?: (() => void) | undefined;
  readonly as?: NoticeProps['as'];
}

/** Explains a failure and what the reader can do about it. */
export function FailureNotice({ failure, retry, openOwnAccount, as = 'h3' }: FailureNoticeProps) {
  const messages = useMessages();
  const { title, why } = failureText(failure.kind, messages);
  const { Picture, canRetry } = APPEARANCE[failure.kind];
  return (
    <Notice state={failure.kind} picture={<Picture />} title={title} as={as} isAlert>
      <p>{why}</p>
      {failure.kind === 'broken' && <p className="notice-detail">{failure.detail}</p>}
      {canRetry && (
        <button type="button" className="button" onClick={retry}>
          {messages.states.retry}
        </button>
      )}
      {failure.kind === 'forbidden' && openOwnAccount !== undefined && (
        <button type="button" className="button" onClick={openOwnAccount}>
          {messages.states.ownPage}
        </button>
      )}
    </Notice>
  );
}

/** The same in one line, beside content that is already shown. */
export function FailureLine({ failure, retry }: FailureNoticeProps) {
  const messages = useMessages();
  return (
    <p className="failure-line" role="alert" data-state={failure.kind}>
      <span>{failureText(failure.kind, messages).title}</span>
      {APPEARANCE[failure.kind].canRetry && (
        <button type="button" className="link" onClick={retry}>
          {messages.states.retry}
        </button>
      )}
    </p>
  );
}

const APPEARANCE: Record<Failure['kind'], { Picture: () => React.JSX.Element; canRetry: boolean }> =
  {
    expired: { Picture: ClockPicture, canRetry: false },
    forbidden: { Picture: LockPicture, canRetry: false },
    missing: { Picture: SearchPicture, canRetry: false },
    away: { Picture: OfflinePicture, canRetry: true },
    busy: { Picture: ClockPicture, canRetry: true },
    conflict: { Picture: ClockPicture, canRetry: true },
    broken: { Picture: ErrorPicture, canRetry: true },
  };

function failureText(kind: Failure['kind'], { states }: Messages) {
  const texts: Record<Failure['kind'], { readonly title: string; readonly why: string }> = {
    expired: { title: states.expired, why: states.expiredWhy },
    forbidden: { title: states.forbidden, why: states.forbiddenWhy },
    missing: { title: states.missing, why: states.missingWhy },
    away: { title: states.away, why: states.awayWhy },
    busy: { title: states.busy, why: states.busyWhy },
    conflict: { title: states.conflict, why: states.conflictWhy },
    broken: { title: states.failed, why: states.failedWhy },
  };
  return texts[kind];
}
