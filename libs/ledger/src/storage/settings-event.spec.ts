import canonicalize from 'canonicalize';
import { firstSettings } from '../settings/settings.js';
import { parseSettings, serializeSettings } from './settings-event.js';
import { UnknownEvent, UnreadableEvent } from './unreadable-event.js';

const SETTINGS = firstSettings({
  hasAccounts: false,
  at: '2030-01-01T00:00:00.000Z',
  by: 'api',
});
const ORIGIN = { correlation: 'request-1' };
const stored = serializeSettings(SETTINGS, ORIGIN);

const withData = (change: object) => ({
  ...stored,
  data: JSON.stringify({ ...(JSON.parse(stored.data) as object), ...change }),
});

describe('a stored version of the settings', () => {
  it('is read as it was written', () => {
    expect(parseSettings(stored)).toEqual({ kind: 'known', settings: SETTINGS, origin: ORIGIN });
    const traced = { correlation: 'r', traceparent: '00-1-2-01' };
    expect(parseSettings(serializeSettings(SETTINGS, traced))).toMatchObject({ origin: traced });
  });

  it('says its type in its data, and canonical JSON in its meta', () => {
    expect(stored.type).toBe('SettingsPublished');
    expect(JSON.parse(stored.data)).toEqual({ type: 'SettingsPublished', ...SETTINGS });
    expect(stored.meta).toBe(canonicalize({ v: 1, ...ORIGIN }));
  });

  it('of rules that this build does not know is known by its moment alone', () => {
    const later = withData({ rules: 3, version: 4, from: '2031-01-01T00:00:00.000Z', policy: {} });
    expect(parseSettings(later)).toEqual({
      kind: 'unknown',
      version: 4,
      from: '2031-01-01T00:00:00.000Z',
      rules: 3,
    });
  });

  it.each([
    ['version', 0],
    ['from', '2030'],
    ['at', null],
    ['rules', 'two'],
    ['by', ''],
    ['policy', {}],
    ['businesses', [{ code: 'A' }]],
    ['notices', null],
    ['type', 'PointsExpired'],
  ])('names a bad %s', (field, value) => {
    expect(() => parseSettings(withData({ [field]: value }))).toThrow(UnreadableEvent);
    expect(() => parseSettings(withData({ [field]: value }))).toThrow(field);
  });

  it('is no event of an account, nor of a later version', () => {
    expect(() => parseSettings({ ...stored, type: 'PointsExpired' })).toThrow(UnknownEvent);
    expect(() => parseSettings({ ...stored, meta: '{"correlation":"r","v":2}' })).toThrow(
      UnreadableEvent,
    );
    expect(() => parseSettings({ ...stored, meta: '{' })).toThrow('meta is not JSON');
  });
});
