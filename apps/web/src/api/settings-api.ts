import {
  businessList,
  settingsPage,
  settingsPreview,
  settingsVersion,
  type BusinessList,
  type SettingsPage,
  type SettingsPreview,
  type SettingsVersion,
} from '#contracts';
import type { ApiClient } from './api-client.js';
import type { ApiResult } from './failure.js';

/** All requests of the page about the settings. */
export class SettingsApi {
  constructor(private readonly client: ApiClient) {}

  businesses(signal: AbortSignal): Promise<ApiResult<BusinessList>> {
    return this.client.getParsed('businesses', businessList, { signal });
  }

  /** Versions before that one, or the newest for null. */
  versions(before: number | null, signal: AbortSignal): Promise<ApiResult<SettingsPage>> {
    const params = before === null ? {} : { before: String(before) };
    return this.client.getParsed('settings', settingsPage, { params, signal });
  }

  version(version: number, signal: AbortSignal): Promise<ApiResult<SettingsVersion>> {
    return this.client.getParsed(`settings/${version}`, settingsVersion, { signal });
  }

  /** Who would pay what under the version that the body describes. It is checked, not published. */
  preview(body: unknown, signal: AbortSignal): Promise<ApiResult<SettingsPreview>> {
    return this.client.postParsed('settings/preview', body, settingsPreview, signal);
  }

  publish(body: unknown, signal: AbortSignal): Promise<ApiResult<SettingsVersion>> {
    return this.client.postParsed('settings', body, settingsVersion, signal);
  }
}
