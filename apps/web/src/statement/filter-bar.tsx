import { useId, type ReactNode } from 'react';
import { TRANSACTION_TYPES } from '#contracts';
import { useBusinesses } from '../businesses/businesses-context.js';
import { addDays, formatDay } from '../format/days.js';
import { NO_FILTER, isUnfiltered, type Filter } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';

interface FilterBarProps {
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

export function FilterBar({ filter, setFilter }: FilterBarProps) {
  const messages = useMessages();
  const { statement } = messages;
  const businesses = useBusinesses();
  const codes = businesses.inOrder([
    ...businesses.all.map(({ code }) => code),
    ...(filter.business === null ? [] : [filter.business]),
  ]);
  const set = (change: Partial<Filter>): void => setFilter({ ...filter, ...change });
  return (
    <div className="filters" role="group" aria-label={statement.filters}>
      <Select
        label={statement.kind}
        anyLabel={statement.anyKind}
        value={filter.type}
        options={TRANSACTION_TYPES}
        labelOf={(type) => messages.kinds[type]}
        onSelect={(type) => set({ type })}
      />
      <Select
        label={statement.business}
        anyLabel={statement.anyBusiness}
        value={filter.business}
        options={codes}
        labelOf={(code) =>
          businesses.isRetired(code)
            ? statement.retired(businesses.nameOf(code))
            : businesses.nameOf(code)
        }
        onSelect={(business) => set({ business })}
      />
      <DateRanges filter={filter} set={set} />
      <span className="filter-days">
        <DateInput
          label={statement.from}
          value={filter.from}
          max={filter.to}
          onSelect={(from) => set({ from })}
        />
        <span aria-hidden="true">–</span>
        <DateInput
          label={statement.to}
          value={filter.to}
          min={filter.from}
          onSelect={(to) => set({ to })}
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

interface SelectProps<T extends string> {
  readonly label: string;
  readonly anyLabel: string;
  readonly value: T | null;
  readonly options: readonly T[];
  readonly labelOf: (option: T) => string;
  readonly onSelect: (option: T | null) => void;
}

function Select<T extends string>({
  label,
  anyLabel,
  value,
  options,
  labelOf,
  onSelect,
}: SelectProps<T>) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      data-set={value !== null || undefined}
      onChange={({ target }) => onSelect(options.find((option) => option === target.value) ?? null)}
    >
      <option value="">{anyLabel}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {labelOf(option)}
        </option>
      ))}
    </select>
  );
}

const RANGE_DAYS = { today: 1, week: 7, month: 30 } as const;

function DateRanges({
  filter,
  set,
}: {
  readonly filter: Filter;
  readonly set: (f: Partial<Filter>) => void;
}) {
  const { statement } = useMessages();
  const today = formatDay(new Date());
  const rangeButton = (
    name: string,
    from: string | null,
    to: string | null,
    label: string,
  ): ReactNode => (
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
      {rangeButton('all', null, null, statement.spans.all)}
      {(['today', 'week', 'month'] as const).map((name) =>
        rangeButton(name, addDays(today, 1 - RANGE_DAYS[name]), today, statement.spans[name]),
      )}
    </span>
  );
}

interface DateInputProps {
  readonly label: string;
  readonly value: string | null;
  readonly min?: string | null;
  readonly max?: string | null;
  readonly onSelect: (day: string | null) => void;
}

function DateInput({ label, value, min, max, onSelect }: DateInputProps) {
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
        onChange={({ target }) => onSelect(target.value === '' ? null : target.value)}
      />
    </>
  );
}
