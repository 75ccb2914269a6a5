import { useMessages } from '../i18n/language.js';
import { NEW_BUSINESS, NEW_PRICE, type BusinessDraft, type PriceDraft } from './draft.js';

interface BusinessEditorProps {
  readonly businesses: readonly BusinessDraft[];
  /** What is wrong, by the name of the field. */
  readonly faults: ReadonlyMap<string, string>;
  readonly onChange: (businesses: readonly BusinessDraft[]) => void;
}

const PRICE_FIELDS = ['points', 'per', 'step', 'minimum'] as const;
const ROUNDINGS = ['up', 'half_up', 'down'] as const;

/** Businesses and prices as a table to edit. A business is retired, never removed. */
export function BusinessEditor({ businesses, faults, onChange }: BusinessEditorProps) {
  const { settings } = useMessages();
  const replace = (place: number, business: BusinessDraft): void =>
    onChange(businesses.map((one, at) => (at === place ? business : one)));
  return (
    <>
      <div className="book-scroll" tabIndex={0} role="region" aria-label={settings.edited}>
        <table className="book book-editor">
          <thead>
            <tr>
              <th scope="col">{settings.code}</th>
              <th scope="col">{settings.label}</th>
              <th scope="col">{settings.unit}</th>
              <th scope="col">{settings.hasPrice}</th>
              {PRICE_FIELDS.map((name) => (
                <th key={name} scope="col">
                  {settings.priceFields[name]}
                </th>
              ))}
              <th scope="col">{settings.priceFields.rounding}</th>
              <th scope="col">{settings.retired}</th>
            </tr>
          </thead>
          <tbody>
            {businesses.map((business, place) => (
              <BusinessRow
                key={place}
                business={business}
                place={place}
                faults={faults}
                change={(part) => replace(place, { ...business, ...part })}
                remove={() => onChange(businesses.filter((_, at) => at !== place))}
              />
            ))}
          </tbody>
        </table>
      </div>
      <button
        type="button"
        className="link"
        onClick={() => onChange([...businesses, NEW_BUSINESS])}
      >
        {settings.addBusiness}
      </button>
    </>
  );
}

interface BusinessRowProps {
  readonly business: BusinessDraft;
  readonly place: number;
  readonly faults: ReadonlyMap<string, string>;
  readonly change: (part: Partial<BusinessDraft>) => void;
  readonly remove: () => void;
}

function BusinessRow({ business, place, faults, change, remove }: BusinessRowProps) {
  const { settings } = useMessages();
  const { code, label, unit, price, retired, isNew } = business;
  const field = (name: string) => ({
    name: `businesses[${place}].${name}`,
    fault: faults.get(`businesses[${place}].${name}`),
  });
  const labelOf = (column: string): string => settings.cell(code === '' ? label : code, column);
  return (
    <tr data-code={code}>
      <td>
        <Cell
          {...field('code')}
          label={labelOf(settings.code)}
          value={code}
          isFixed={!isNew}
          onChange={(next) => change({ code: next })}
        />
      </td>
      <td>
        <Cell
          {...field('label')}
          label={labelOf(settings.label)}
          value={label}
          onChange={(next) => change({ label: next })}
        />
      </td>
      <td>
        <Cell
          {...field('unit')}
          label={labelOf(settings.unit)}
          value={unit}
          isFixed={!isNew}
          onChange={(next) => change({ unit: next })}
        />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={labelOf(settings.hasPrice)}
          checked={price !== null}
          onChange={({ target }) => change({ price: target.checked ? NEW_PRICE : null })}
        />
      </td>
      <PriceCells
        price={price}
        field={field}
        labelOf={labelOf}
        change={(part) => price !== null && change({ price: { ...price, ...part } })}
      />
      <td>
        <input
          type="checkbox"
          aria-label={labelOf(settings.retired)}
          checked={retired}
          onChange={({ target }) => change({ retired: target.checked })}
        />
        {isNew && (
          <button type="button" className="link" onClick={remove}>
            {settings.remove}
          </button>
        )}
      </td>
    </tr>
  );
}

interface PriceCellsProps {
  readonly price: PriceDraft | null;
  readonly field: (name: string) => { readonly name: string; readonly fault: string | undefined };
  readonly labelOf: (column: string) => string;
  readonly change: (part: Partial<PriceDraft>) => void;
}

function PriceCells({ price, field, labelOf, change }: PriceCellsProps) {
  const { settings, story } = useMessages();
  const { priceFields } = settings;
  if (price === null) {
    return (
      <td colSpan={PRICE_FIELDS.length + 1} className="hint">
        {settings.noPrice}
      </td>
    );
  }
  return (
    <>
      {PRICE_FIELDS.map((name) => (
        <td key={name}>
          <Cell
            {...field(`price.${name}`)}
            label={labelOf(priceFields[name])}
            value={price[name]}
            isNumber
            onChange={(next) => change({ [name]: next })}
          />
        </td>
      ))}
      <td>
        <select
          aria-label={labelOf(priceFields.rounding)}
          value={price.rounding}
          onChange={({ target }) =>
            change({ rounding: ROUNDINGS.find((one) => one === target.value) ?? 'up' })
          }
        >
          {ROUNDINGS.map((rounding) => (
            <option key={rounding} value={rounding}>
              {story.roundings[rounding]}
            </option>
          ))}
        </select>
      </td>
    </>
  );
}

interface CellProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly fault: string | undefined;
  /** What was published once can't be changed. */
  readonly isFixed?: boolean;
  readonly isNumber?: boolean;
  readonly onChange: (value: string) => void;
}

function Cell({ name, label, value, fault, isFixed, isNumber, onChange }: CellProps) {
  return (
    <input
      name={name}
      aria-label={label}
      className={isNumber === true ? 'cell-number' : undefined}
      value={value}
      readOnly={isFixed === true}
      autoComplete="off"
      spellCheck={false}
      aria-invalid={fault !== undefined}
      title={fault}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
