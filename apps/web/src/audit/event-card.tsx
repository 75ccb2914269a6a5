import { memo } from 'react';
import type { StoredEvent } from '#contracts';
import type { LedgerApi } from '../api/ledger-api.js';
import { NO_VALUE, formatPoints } from '../format/points.js';
import { formatLocalTime } from '../format/time.js';
import { Field } from '../components/field.js';
import { ChevronIcon } from '../components/icons.js';
import { Instant } from '../components/instant.js';
import { SignedAmount, TypeLabel } from '../components/transaction-labels.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { parseEventDetails, type EventDetails } from './event-details.js';
import type { MatchedRow } from './expected-rows.js';
import { AccountStateAt } from './account-state.js';

interface EventCardProps {
  readonly api: LedgerApi;
  readonly event: StoredEvent;
  readonly rows: readonly MatchedRow[];
  readonly isStateOpen: boolean;
  readonly toggleState: (revision: number) => void;
}

export const EventCard = memo(function EventCard(props: EventCardProps) {
  const { api, event, rows, isStateOpen, toggleState } = props;
  const { audit, story, summary } = useMessages();
  const { revision, at, data, meta, hash } = event;
  const details = parseEventDetails(event);
  const owedAfter = typeof data['owedAfter'] === 'number' ? data['owedAfter'] : 0;
  return (
    <li className={`event event-${details?.type ?? 'unknown'}`} data-revision={revision}>
      <article aria-labelledby={`event-${revision}`}>
        <header className="event-head">
          <h2 id={`event-${revision}`}>
            {details === null ? event.type : audit.types[details.type]}
            <small className="code">{event.type}</small>
          </h2>
          <span className="event-revision">{audit.at(revision)}</span>
          <Instant at={at} />
        </header>
        <Summary details={details} />
        {details?.type !== 'LegacyRowsImported' && <EventRows rows={rows} />}
        <dl className="facts event-facts">
          <Field label={audit.balanceAfter}>{formatPoints(data.balanceAfter)}</Field>
          <Field label={summary.owed}>{owedAfter > 0 ? formatPoints(owedAfter) : null}</Field>
          <Field label={audit.settings}>
            {meta.settings === undefined ? null : audit.version(meta.settings, meta.rules ?? 1)}
          </Field>
          <Field label={audit.command} isCode>
            {`${meta.command.type} · ${meta.command.source} · ${meta.command.id}`}
          </Field>
          <Field label={audit.hash} isCode>
            <span title={hash}>{hash.slice(0, 16)}…</span>
          </Field>
        </dl>
        <button
          type="button"
          className="disclose"
          aria-expanded={isStateOpen}
          onClick={() => toggleState(revision)}
        >
          <ChevronIcon />
          {isStateOpen ? audit.hideState : audit.showState}
        </button>
        {isStateOpen && <AccountStateAt api={api} revision={revision} />}
        <details className="raw">
          <summary>{story.raw}</summary>
          <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
        </details>
      </article>
    </li>
  );
});

function Summary({ details }: { readonly details: EventDetails | null }) {
  const messages = useMessages();
  const text = details === null ? null : summaryOf(details, messages);
  return text === null ? null : <p className="event-summary">{text}</p>;
}

/** What the rows of the event do not show. */
function summaryOf(details: EventDetails, messages: Messages): string | null {
  const { audit, story } = messages;
  switch (details.type) {
    case 'PointsConsumed':
      return details.settleBy === null ? null : audit.settleBy(formatLocalTime(details.settleBy));
    case 'ConsumptionExtended':
      return audit.extended(details.estimated, formatLocalTime(details.settleBy));
    case 'ConsumptionSettled': {
      const { estimated, actual, owed, uncollected, cause } = details;
      return joined(
        cause === 'timed_out' ? story.causes.timed_out : null,
        audit.settled(estimated, actual),
        ...remainders(owed, uncollected, messages),
      );
    }
    case 'RechargeReversed': {
      const { rechargeId, cause, reason, owed, uncollected } = details;
      const rest = remainders(owed, uncollected, messages);
      return joined(rechargeId, story.reversalCauses[cause], ...rest, reason);
    }
    case 'RechargeReinstated': {
      const { rechargeId, forgiven, waived, reason } = details;
      return joined(
        rechargeId,
        forgiven > 0 ? story.amounts.forgiven(forgiven) : null,
        waived > 0 ? story.amounts.waived(waived) : null,
        reason,
      );
    }
    case 'DebtCollected':
      return details.consumptionId ?? details.rechargeId;
    case 'DebtForgiven':
      return joined(
        details.consumptionId ?? details.rechargeId,
        story.amounts.forgiven(details.points),
        details.reason,
      );
    case 'PointsRefunded':
      return joined(story.causes[details.cause], details.reason);
    case 'CommandRefused':
      return audit.refusedBecause(details.code);
    case 'AccountImported':
      return joined(details.importId, details.from);
    case 'LegacyRowsImported':
      return joined(
        details.importId,
        details.rows > 0 ? audit.legacyRows(details.rows) : null,
        details.gone > 0 ? audit.legacyRowsGone(details.gone) : null,
      );
    case 'AccountOpened':
      return joined(
        details.importId,
        audit.openedWith(details.batches, details.open, details.closed),
      );
    case 'AccountHandedBack':
      return joined(details.importId, audit.handedBack(details.balance, details.held));
    case 'PointsRecharged':
    case 'PointsExpired':
      return null;
  }
}

const joined = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' · ');

/** What was not paid at once. */
const remainders = (owed: number, uncollected: number, { story }: Messages): readonly string[] => [
  ...(owed > 0 ? [story.amounts.owed(owed)] : []),
  ...(uncollected > 0 ? [story.amounts.uncollected(uncollected)] : []),
];

function EventRows({ rows }: { readonly rows: readonly MatchedRow[] }) {
  const { audit } = useMessages();
  if (rows.length === 0) return <p className="hint">{audit.noRows}</p>;
  return (
    <ul className="made" aria-label={audit.rows}>
      {rows.map(({ expected, actual }, at) => (
        <li key={actual?.id ?? `due ${at}`} data-missing={actual === null || undefined}>
          <TypeLabel type={expected.type} />
          {actual === null ? (
            <span className="missing">{audit.missing}</span>
          ) : (
            <span>
              <span className="code">#{actual.id}</span> {actual.description ?? NO_VALUE}
            </span>
          )}
          <SignedAmount type={expected.type} amount={expected.amount} />
          <span className="number made-balance">
            {formatPoints(expected.balanceBefore)} → {formatPoints(expected.balanceAfter)}
          </span>
        </li>
      ))}
    </ul>
  );
}
