// The principal that was left, over time: what the chart and its table show.
import type { Line } from '../../rules/past';

export interface Point {
  /** Unix seconds. */
  time: number;
  owed: bigint;
}

/** The moments at which the principal changed, as far as the lines tell, and how it is at `now`. */
export function balanceOf(lines: readonly Line[], now: number): Point[] {
  const points: Point[] = [];
  for (const { time, owed } of lines) {
    if (time === null || owed === null) continue;
    const last = points.at(-1);
    const point = { time, owed: BigInt(owed) };
    if (last?.time === time) points[points.length - 1] = point;
    else if (last?.owed !== point.owed) points.push(point);
  }
  const last = points.at(-1);
  if (last && now > last.time) points.push({ time: now, owed: last.owed });
  return points;
}

/** A line of steps through the points, in a box of this size. Amounts begin at nothing. */
export function steps(points: readonly Point[], width: number, height: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.time === first.time) return '';
  let most = 1n;
  for (const { owed } of points) if (owed > most) most = owed;
  const x = (time: number) => round(((time - first.time) / (last.time - first.time)) * width);
  // A hundredth of the height is finer than what is drawn, and fits into a number whatever the amount is.
  const y = (owed: bigint) => round(height - (Number((owed * 10_000n) / most) / 10_000) * height);
  const path = points.slice(1).map(({ time, owed }) => `H${x(time)}V${y(owed)}`);
  return `M${x(first.time)},${y(first.owed)}${path.join('')}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
