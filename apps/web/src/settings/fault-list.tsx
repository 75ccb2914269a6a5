import type { FieldError } from '#contracts';
import type { Failure } from '../api/failure.js';
import { FailureLine } from '../components/failure-notice.js';
import { useMessages } from '../i18n/language.js';
import type { BusinessDraft } from './draft.js';
import { faultText, fieldName } from './fault-text.js';

interface FaultListProps {
  readonly failure: Failure | null;
  readonly businesses: readonly BusinessDraft[];
  readonly retry: () => void;
}

/** Why a draft can't be previewed or published. Names every fault, also of fields that are not in the form. */
export function FaultList({ failure, businesses, retry }: FaultListProps) {
  const messages = useMessages();
  const { settings } = messages;
  if (failure === null) return null;
  if (failure.kind === 'conflict') {
    return (
      <p className="failure-line" role="alert" data-state="conflict">
        {settings.conflict}
      </p>
    );
  }
  const errors = fieldErrorsOf(failure);
  if (errors.length === 0) return <FailureLine failure={failure} retry={retry} />;
  return (
    <div className="faults" role="alert" data-state="invalid">
      <p>{settings.invalid(errors.length)}</p>
      <ul>
        {errors.map((error) => (
          <li key={`${error.field} ${error.reason}`} data-field={error.field}>
            <strong>{fieldName(error.field, businesses, messages)}</strong>{' '}
            {faultText(error, messages)}
          </li>
        ))}
      </ul>
    </div>
  );
}

export const fieldErrorsOf = (failure: Failure | null): readonly FieldError[] =>
  failure?.kind === 'broken' ? (failure.errors ?? []) : [];
