import { printableName, type FieldError } from './field-error.js';

/** null: no object of the JSON text names a field twice. */
export function duplicateFieldError(json: string): FieldError | null {
  const name = findDuplicateField(json);
  if (name === null) return null;
  return { field: printableName(name), reason: 'stands twice in one object: name it once' };
}

/**
 * The first name that stands twice in one object of a JSON text, or null. `JSON.parse` takes the last
 * value of such a name in silence, and another reader the first: of a field that moves money neither
 * may be guessed. The text must be JSON that was parsed already. Takes one pass.
 */
export function findDuplicateField(json: string): string | null {
  /** The names so far of each object that is open; null stands for an array. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charAt(at)) {
      case '{':
        open.push(new Set());
        isName = true;
        break;
      case '[':
        open.push(null);
        isName = false;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        isName = open.at(-1) !== null;
        break;
      case ':':
        isName = false;
        break;
      case '"': {
        const end = endOfString(json, at);
        if (isName) {
          const name = fieldNameOf(json.slice(at, end + 1));
          const names = open.at(-1);
          if (names?.has(name) === true) return name;
          names?.add(name);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return null;
}

/** Where the quoted text that begins at `start` has its closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Two spellings of one name are the same name. */
const fieldNameOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
