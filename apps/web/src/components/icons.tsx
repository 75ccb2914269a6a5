import type { ReactNode } from 'react';

// Inline SVG needs no request. Icons are hidden from screen readers, because text stands beside them.
const icon = (shape: ReactNode) =>
  function Icon() {
    return (
      <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        {shape}
      </svg>
    );
  };

export const CloseIcon = icon(<path d="M5 5l10 10M15 5L5 15" />);
export const DownloadIcon = icon(<path d="M10 3v9m-4-3.5 4 4 4-4M4 16.5h12" />);
export const ArrowUpIcon = icon(<path d="M10 16V4M5 9l5-5 5 5" />);
export const ChevronIcon = icon(<path d="M7.5 4.5 13 10l-5.5 5.5" />);
export const ThemeIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" className="icon-filled" />
  </>,
);

export const EmptyPicture = icon(
  <>
    <rect x="3.5" y="3" width="13" height="14" rx="2" />
    <path d="M6.5 7h7M6.5 10h7M6.5 13h4" />
  </>,
);
export const OfflinePicture = icon(
  <>
    <path d="M3 8.5a10 10 0 0 1 14 0M5.5 11.3a6.5 6.5 0 0 1 9 0M8 14a3 3 0 0 1 4 0" />
    <path d="M3.5 3.5l13 13" />
  </>,
);
export const LockPicture = icon(
  <>
    <rect x="4.5" y="9" width="11" height="8" rx="2" />
    <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
  </>,
);
export const ClockPicture = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4l2.8 2" />
  </>,
);
export const ErrorPicture = icon(<path d="M10 3 2.5 16.5h15zM10 8v4m0 2.2v.300" />);
export const SearchPicture = icon(
  <>
    <circle cx="9" cy="9" r="5.5" />
    <path d="M13.2 13.2 17 17" />
  </>,
);
