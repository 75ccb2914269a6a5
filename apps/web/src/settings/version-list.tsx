import { useState } from 'react';
import type { SettingsPage } from '#contracts';
import type { SettingsApi } from '../api/settings-api.js';
import type { Failure } from '../api/failure.js';
import { FailureLine } from '../components/failure-notice.js';
import { Instant } from '../components/instant.js';
import { NO_VALUE } from '../format/points.js';
import { useMessages } from '../i18n/language.js';

type Item = SettingsPage['items'][number];

interface VersionListProps {
  readonly api: SettingsApi;
  /** The newest page. */
  readonly newest: SettingsPage;
  readonly chosen: number | null;
  readonly choose: (version: number) => void;
}

export function VersionList({ api, newest, chosen, choose }: VersionListProps) {
  const { settings: messages, states } = useMessages();
  const [older, setOlder] = useState<readonly SettingsPage[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const pages = [newest, ...older];
  const before = pages.at(-1)?.next_before ?? null;
  const more = async (): Promise<void> => {
    const result = await api.versions(before, new AbortController().signal);
    setFailure(result.ok ? null : result.failure);
    if (result.ok) setOlder((known) => [...known, result.value]);
  };
  const seen = new Map(pages.flatMap(({ items }) => items).map((item) => [item.version, item]));
  return (
    <>
      <div className="book-scroll" tabIndex={0} role="region" aria-label={messages.versions}>
        <table className="book">
          <thead>
            <tr>
              <th scope="col">{messages.version}</th>
              <th scope="col">{messages.state}</th>
              <th scope="col">{messages.from}</th>
              <th scope="col">{messages.rules}</th>
              <th scope="col">{messages.at}</th>
              <th scope="col">{messages.by}</th>
              <th scope="col">{messages.note}</th>
            </tr>
          </thead>
          <tbody>
            {[...seen.values()].map((item) => (
              <VersionRow
                key={item.version}
                item={item}
                inForce={newest.in_force}
                isChosen={item.version === chosen}
                choose={choose}
              />
            ))}
          </tbody>
        </table>
      </div>
      {failure !== null && <FailureLine failure={failure} retry={() => void more()} />}
      {before !== null && failure === null && (
        <button type="button" className="link" onClick={() => void more()}>
          {messages.older}
        </button>
      )}
      {newest.items.length === 0 && <p className="hint">{states.empty}</p>}
    </>
  );
}

interface VersionRowProps {
  readonly item: Item;
  readonly inForce: number;
  readonly isChosen: boolean;
  readonly choose: (version: number) => void;
}

function VersionRow({ item, inForce, isChosen, choose }: VersionRowProps) {
  const { settings: messages } = useMessages();
  const { version, from, rules, at, by, note } = item;
  const state = version === inForce ? 'inForce' : version > inForce ? 'coming' : 'past';
  return (
    <tr data-version={version} data-version-state={state}>
      <th scope="row">
        <button
          type="button"
          className="link"
          aria-pressed={isChosen}
          onClick={() => choose(version)}
        >
          {messages.nth(version)}
        </button>
      </th>
      <td>
        <span className={`version-state version-${state}`}>{messages.states[state]}</span>
      </td>
      <td>{version === 1 ? messages.always : <Instant at={from} />}</td>
      <td>{rules}</td>
      <td>{at === null ? NO_VALUE : <Instant at={at} />}</td>
      <td className="code">{by ?? NO_VALUE}</td>
      <td>{note ?? NO_VALUE}</td>
    </tr>
  );
}
