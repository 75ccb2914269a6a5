/** No command can be decided for now, because the settings in force are not known to this process. */
export class SettingsUnavailable extends Error {
  override readonly name = 'SettingsUnavailable';
  constructor(
    readonly code:
      /** The store could not be read. Nothing was tried. */
      | 'store-away'
      /** The moment is too far ahead of the clock of this process. */
      | 'too-far-ahead'
      /** The settings in force are of rules that this build does not know. */
      | 'unknown-rules'
      /** The stream is not what this ledger writes. */
      | 'damaged'
      /** The store did not confirm an append: the version may be published. */
      | 'outcome-unknown',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A stream that is read with the settings breaks its chain, its order or its form. Alert on it. */
export class SettingsDamaged extends Error {
  override readonly name = 'SettingsDamaged';
  constructor(
    readonly revision: number,
    reason: string,
    /** The stream; the settings where it is not named. */
    { stream, ...options }: ErrorOptions & { readonly stream?: string } = {},
  ) {
    const what = stream === undefined ? 'the settings are' : `${stream} is`;
    super(`${what} damaged at revision ${revision}: ${reason}`, options);
  }
}

/** A version whose rules this build does not know: from its moment on, it decides nothing. Alert on it. */
export class UnknownRules extends Error {
  override readonly name = 'UnknownRules';
  constructor(
    readonly version: number,
    readonly from: string,
    readonly rules: number,
  ) {
    super(
      `version ${version} of the settings is of rules ${rules}, which this build does not know: ` +
        `from ${from} on it decides no command`,
    );
  }
}
