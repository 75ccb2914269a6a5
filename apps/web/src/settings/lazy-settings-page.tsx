import { Suspense, lazy, type ComponentProps } from 'react';
import { Skeleton } from '../components/skeleton.js';

const SettingsPage = lazy(async () => {
  const page = await import('./settings-page.js');
  return { default: page.SettingsPage };
});

/** Few need the settings, so that they are no part of what every page loads. */
export function LazySettingsPage(props: ComponentProps<typeof SettingsPage>) {
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <SettingsPage {...props} />
    </Suspense>
  );
}
