import { Component, type ReactNode } from 'react';
import { useMessages } from '../i18n/language.js';
import { ErrorPicture } from './icons.js';
import { Notice } from './notice.js';

interface ErrorBoundaryState {
  readonly error: Error | null;
}

/** Shows a page with the error when rendering throws, instead of a blank page. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override readonly state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? this.props.children : <ErrorPage error={error} />;
  }
}

function ErrorPage({ error }: { readonly error: Error }) {
  const { states } = useMessages();
  return (
    <main className="gate">
      <Notice state="crashed" picture={<ErrorPicture />} title={states.crashed} as="h1" isAlert>
        <p>{states.crashedWhy}</p>
        <p className="notice-detail">{error.message}</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          {states.reload}
        </button>
      </Notice>
    </main>
  );
}
