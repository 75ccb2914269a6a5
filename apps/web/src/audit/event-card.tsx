import { memo } from 'react';
import type { StoredEvent } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { NOTHING, inPoints } from '../format/rows.js';
import { inLocalTime } from '../format/time.js';
import { Fact } from '../components/field.js';
import { ChevronIcon } from '../components/icons.js';
import { Instant } from '../components/instant.js';
import { Amount, Kind } from '../components/transaction-labels.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { factsOf, type EventFacts } from './event-facts.js';
import type { MadeRow } from './rows-of-event.js';
import { StateAt } from './state-at.js';

interface EventCardProps {
  readonly api: LedgerApi;
  readonly event: StoredEvent;
  readonly made: readonly MadeRow[];
  readonly isOpen: boolean;
  readonly toggle: (revision: number) => void;
}

export const EventCard = memo(function EventCard(props: EventCardProps) {
  const { api, event, made, isOpen, toggle } = props;
  const { audit, story } = useMessages();
  const { revision, at, data, meta, hash } = event;
  const facts = factsOf(event);
  return (
    <li className={`event event-${facts?.type ?? 'unknown'}`} data-revision={revision}>
      <article aria-labelledby={`event-${revision}`}>
        <header className="event-head">
          <h2 id={`event-${revision}`}>
            {facts === null ? event.type : audit.types[facts.type]}
            <small className="code">{event.type}</small>
          </h2>
          <span className="event-revision">{audit.at(revision)}</span>
          <Instant at={at} />
        </header>
        <Summary facts={facts} />
        <Rows made={made} />
        <dl className="facts event-facts">
          <Fact label={audit.balanceAfter}>{inPoints(data.balanceAfter)}</Fact>
          <Fact label={audit.command} isCode>
            {`${meta.command.type} · ${meta.command.source} · ${meta.command.id}`}
          </Fact>
          <Fact label={audit.hash} isCode>
            <span title={hash}>{hash.slice(0, 16)}…</span>
          </Fact>
        </dl>
        <button
          type="button"
          className="disclose"
          aria-expanded={isOpen}
          onClick={() => toggle(revision)}
        >
          <ChevronIcon />
          {isOpen ? audit.hideState : audit.showState}
        </button>
        {isOpen && <StateAt api={api} revision={revision} />}
        <details className="raw">
          <summary>{story.raw}</summary>
          <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
        </details>
      </article>
    </li>
  );
});

function Summary({ facts }: { readonly facts: EventFacts | null }) {
  const messages = useMessages();
  const text = facts === null ? null : summaryOf(facts, messages);
  return text === null ? null : <p className="event-summary">{text}</p>;
}

/** What its rows do not show. */
function summaryOf(facts: EventFacts, messages: Messages): string | null {
  const { audit, story } = messages;
  switch (facts.type) {
    case 'PointsConsumed':
      return facts.settleBy === null ? null : audit.settleBy(inLocalTime(facts.settleBy));
    case 'ConsumptionSettled':
      return audit.settled(facts.estimated, facts.actual);
    case 'PointsRefunded':
      return [story.causes[facts.cause], facts.reason].filter(Boolean).join(' · ');
    case 'CommandRefused':
      return audit.refusedBecause(facts.code);
    case 'PointsRecharged':
    case 'PointsExpired':
      return null;
  }
}

function Rows({ made }: { readonly made: readonly MadeRow[] }) {
  const { audit } = useMessages();
  if (made.length === 0) return <p className="hint">{audit.noRows}</p>;
  return (
    <ul className="made" aria-label={audit.rows}>
      {made.map(({ due, row }, at) => (
        <li key={row?.id ?? `due ${at}`} data-missing={row === null || undefined}>
          <Kind type={due.type} />
          {row === null ? (
            <span className="missing">{audit.missing}</span>
          ) : (
            <span>
              <span className="code">#{row.id}</span> {row.description ?? NOTHING}
            </span>
          )}
          <Amount type={due.type} amount={due.amount} />
          <span className="number made-balance">
            {inPoints(due.balanceBefore)} → {inPoints(due.balanceAfter)}
          </span>
        </li>
      ))}
    </ul>
  );
}
