import { useId, type ReactNode } from 'react';
import { SOURCE_TYPES, TRANSACTION_TYPES } from '#contracts';
import { addDays, dayOf } from '../format/days.js';
import { NO_FILTER, isUnfiltered, type Filter } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';

interface FilterBarProps {
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

export function FilterBar({ filter, setFilter }: FilterBarProps) {
  const messages = useMessages();
  const { statement } = messages;
  const set = (change: Partial<Filter>): void => setFilter({ ...filter, ...change });
  return (
    <div className="filters" role="group" aria-label={statement.filters}>
      <Choice
        label={statement.kind}
        any={statement.anyKind}
        value={filter.type}
        options={TRANSACTION_TYPES}
        nameOf={(type) => messages.kinds[type]}
        choose={(type) => set({ type })}
      />
      <Choice
        label={statement.business}
        any={statement.anyBusiness}
        value={filter.business}
        options={SOURCE_TYPES}
        nameOf={messages.business}
        choose={(business) => set({ business })}
      />
      <Spans filter={filter} set={set} />
      <span className="filter-days">
        <Day
          label={statement.from}
          value={filter.from}
          max={filter.to}
          choose={(from) => set({ from })}
        />
        <span aria-hidden="true">–</span>
        <Day
          label={statement.to}
          value={filter.to}
          min={filter.from}
          choose={(to) => set({ to })}
        />
      </span>
      {!isUnfiltered(filter) && (
        <button type="button" className="link" onClick={() => setFilter(NO_FILTER)}>
          {statement.clear}
        </button>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly any: string;
  readonly value: T | null;
  readonly options: readonly T[];
  readonly nameOf: (option: T) => string;
  readonly choose: (option: T | null) => void;
}

function Choice<T extends string>({ label, any, value, options, nameOf, choose }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      data-set={value !== null || undefined}
      onChange={({ target }) => choose(options.find((option) => option === target.value) ?? null)}
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {nameOf(option)}
        </option>
      ))}
    </select>
  );
}

const SPANS = { today: 1, week: 7, month: 30 } as const;

function Spans({
  filter,
  set,
}: {
  readonly filter: Filter;
  readonly set: (f: Partial<Filter>) => void;
}) {
  const { statement } = useMessages();
  const today = dayOf(new Date());
  const span = (name: string, from: string | null, to: string | null, label: string): ReactNode => (
    <button
      key={name}
      type="button"
      className="span"
      aria-pressed={filter.from === from && filter.to === to}
      onClick={() => set({ from, to })}
    >
      {label}
    </button>
  );
  return (
    <span className="spans">
      {span('all', null, null, statement.spans.all)}
      {(['today', 'week', 'month'] as const).map((name) =>
        span(name, addDays(today, 1 - SPANS[name]), today, statement.spans[name]),
      )}
    </span>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string | null;
  readonly min?: string | null;
  readonly max?: string | null;
  readonly choose: (day: string | null) => void;
}

function Day({ label, value, min, max, choose }: DayProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <input
        id={id}
        type="date"
        value={value ?? ''}
        min={min ?? undefined}
        max={max ?? undefined}
        data-set={value !== null || undefined}
        onChange={({ target }) => choose(target.value === '' ? null : target.value)}
      />
    </>
  );
}
