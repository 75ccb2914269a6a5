import type { Failure } from '../api/failure.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { AwayPicture, ClockPicture, FaultPicture, LockPicture, SearchPicture } from './icons.js';
import { Notice, type NoticeProps } from './notice.js';

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly retry: () => void;
  /** What else there is to do where one may not look. */
  readonly leave?: (() => void) | undefined;
  readonly as?: NoticeProps['as'];
}

/** Each failure by its name, with what the reader can do about it. */
export function FailureNotice({ failure, retry, leave, as = 'h3' }: FailureNoticeProps) {
  const messages = useMessages();
  const { title, why } = toldAs(failure.kind, messages);
  const { Picture, isRetried } = LOOKS[failure.kind];
  return (
    <Notice state={failure.kind} picture={<Picture />} title={title} as={as} isAlert>
      <p>{why}</p>
      {failure.kind === 'broken' && <p className="notice-detail">{failure.detail}</p>}
      {isRetried && (
        <button type="button" className="button" onClick={retry}>
          {messages.states.retry}
        </button>
      )}
      {failure.kind === 'forbidden' && leave !== undefined && (
        <button type="button" className="button" onClick={leave}>
          {messages.states.ownPage}
        </button>
      )}
    </Notice>
  );
}

/** The same where there is something to see already: in one line, above or below it. */
export function FailureLine({ failure, retry }: FailureNoticeProps) {
  const messages = useMessages();
  return (
    <p className="failure-line" role="alert" data-state={failure.kind}>
      <span>{toldAs(failure.kind, messages).title}</span>
      {LOOKS[failure.kind].isRetried && (
        <button type="button" className="link" onClick={retry}>
          {messages.states.retry}
        </button>
      )}
    </p>
  );
}

const LOOKS: Record<Failure['kind'], { Picture: () => React.JSX.Element; isRetried: boolean }> = {
  expired: { Picture: ClockPicture, isRetried: false },
  forbidden: { Picture: LockPicture, isRetried: false },
  missing: { Picture: SearchPicture, isRetried: false },
  away: { Picture: AwayPicture, isRetried: true },
  busy: { Picture: ClockPicture, isRetried: true },
  broken: { Picture: FaultPicture, isRetried: true },
};

function toldAs(kind: Failure['kind'], { states }: Messages) {
  const told: Record<Failure['kind'], { readonly title: string; readonly why: string }> = {
    expired: { title: states.expired, why: states.expiredWhy },
    forbidden: { title: states.forbidden, why: states.forbiddenWhy },
    missing: { title: states.missing, why: states.missingWhy },
    away: { title: states.away, why: states.awayWhy },
    busy: { title: states.busy, why: states.busyWhy },
    broken: { title: states.failed, why: states.failedWhy },
  };
  return told[kind];
}
