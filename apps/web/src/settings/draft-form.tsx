import { useState, type FormEvent } from 'react';
import type { SettingsVersion } from '#contracts';
import type { Failure } from '../api/failure.js';
import type { SettingsApi } from '../api/settings-api.js';
import { formatLocalTime } from '../format/time.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { BusinessEditor } from './business-editor.js';
import { draftAfter, withRules, type Draft } from './draft.js';
import { DraftField } from './draft-field.js';
import { FaultList, fieldErrorsOf } from './fault-list.js';
import { faultText } from './fault-text.js';
import { limitName } from './limit-table.js';
import { PreviewTables } from './preview-tables.js';
import { usePublication } from './use-publication.js';

interface DraftFormProps {
  readonly api: SettingsApi;
  /** The version before. */
  readonly newest: SettingsVersion;
  readonly published: (version: SettingsVersion) => void;
}

/** The next version of the settings: it is previewed first, and published as it was previewed. */
export function DraftForm({ api, newest, published }: DraftFormProps) {
  const allMessages = useMessages();
  const { settings: messages } = allMessages;
  const [draft, setDraft] = useState<Draft>(() => draftAfter(newest, Date.now()));
  const { preview, failure, isSending, requestPreview, publish } = usePublication(
    api,
    draft,
    published,
  );
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const faults = faultsOf(failure, allMessages);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    requestPreview();
  };
  return (
    <form className="draft" onSubmit={submit}>
      <div className="draft-fields">
        <DraftField
          name="from"
          label={messages.from}
          type="datetime-local"
          value={draft.from}
          fault={faults.get('from')}
          onChange={(from) => change({ from })}
        />
        <DraftField
          name="note"
          label={messages.note}
          value={draft.note}
          fault={faults.get('note')}
          onChange={(note) => change({ note })}
        />
        <label className="draft-field">
          <span>{messages.rules}</span>
          <select
            value={draft.rules}
            onChange={({ target }) => setDraft(withRules(draft, Number(target.value)))}
          >
            {[1, 2]
              .filter((rules) => rules >= newest.rules)
              .map((rules) => (
                <option key={rules} value={rules}>
                  {rules}
                </option>
              ))}
          </select>
        </label>
      </div>
      {draft.rules > newest.rules && (
        <label className="draft-accept">
          <input
            type="checkbox"
            checked={draft.accept}
            onChange={({ target }) => change({ accept: target.checked })}
          />
          {messages.accept}
        </label>
      )}
      <h3 className="book-title">{messages.businesses}</h3>
      <BusinessEditor
        businesses={draft.businesses}
        faults={faults}
        onChange={(businesses) => change({ businesses })}
      />
      <LimitEditor draft={draft} faults={faults} change={change} />
      <FaultList failure={failure} businesses={draft.businesses} retry={requestPreview} />
      <div className="draft-buttons">
        <button type="submit" className="button" disabled={isSending}>
          {messages.preview}
        </button>
        {preview !== null && (
          <button
            type="button"
            className="button button-strong"
            disabled={isSending}
            onClick={publish}
          >
            {messages.publish(draft.version)}
          </button>
        )}
        <p className="hint" role="status">
          {preview === null
            ? messages.previewFirst
            : messages.willBeInForce(formatLocalTime(new Date(draft.from).toISOString()))}
        </p>
      </div>
      {preview !== null && <PreviewTables preview={preview} />}
    </form>
  );
}

interface LimitEditorProps {
  readonly draft: Draft;
  readonly faults: ReadonlyMap<string, string>;
  readonly change: (part: Partial<Draft>) => void;
}

function LimitEditor({ draft: { policy, notices }, faults, change }: LimitEditorProps) {
  const messages = useMessages();
  const { settings } = messages;
  return (
    <details className="draft-limits" open={hasLimitFault(faults) || undefined}>
      <summary>{settings.limits}</summary>
      <div className="draft-fields">
        {Object.entries(policy).map(([name, value]) => (
          <DraftField
            key={name}
            name={`policy.${name}`}
            label={limitName(name, messages)}
            value={value}
            fault={faults.get(`policy.${name}`)}
            onChange={(next) => change({ policy: { ...policy, [name]: next } })}
          />
        ))}
        {(['lowBalance', 'expiringSoonDays'] as const).map((name) => (
          <DraftField
            key={name}
            name={`notices.${name}`}
            label={settings.noticeNames[name]}
            value={notices[name]}
            fault={faults.get(`notices.${name}`)}
            onChange={(next) => change({ notices: { ...notices, [name]: next } })}
          />
        ))}
      </div>
    </details>
  );
}

const hasLimitFault = (faults: ReadonlyMap<string, string>): boolean =>
  [...faults.keys()].some((field) => /^(policy|notices)\b/.test(field));

/** What is wrong with the draft, by the name of the field. */
const faultsOf = (failure: Failure | null, messages: Messages): ReadonlyMap<string, string> =>
  new Map(fieldErrorsOf(failure).map((error) => [error.field, faultText(error, messages)]));
