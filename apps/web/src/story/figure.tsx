import { formatPoints } from '../format/points.js';

interface FigureProps {
  readonly label: string;
  readonly points: number | null;
  readonly name: string;
  readonly pending?: string;
}

export function Figure({ label, points, name, pending = '-' }: FigureProps) {
  return (
    <div className={`figure figure-${name}`}>
      <dt>{label}</dt>
      <dd data-testid={name}>{points === null ? pending : formatPoints(points)}</dd>
    </div>
  );
}
