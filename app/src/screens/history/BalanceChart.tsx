// The principal left over time, as a line and as a table.
import type { Line } from '../../rules/past';
import { useHistoryWords } from '../../words/history';
import type { Reading } from '../borrower/parts';
import { balanceOf, steps } from './balance';

const [WIDE, HIGH] = [320, 120];

export function BalanceChart({ lines, now, reading }: { lines: readonly Line[]; now: number; reading: Reading }) {
  const words = useHistoryWords();
  const points = balanceOf(lines, now);
  const path = steps(points, WIDE, HIGH);
  const [first, last] = [points[0], points.at(-1)];
  if (!path || !first || !last) return null;
  const { date, amount } = reading;
  return (
    <figure className="stack">
      <figcaption>
        <strong>{words.chart}</strong>
        <br />
        <span className="quiet">
          {words.chartBody(date(first.time), date(last.time), amount(first.owed), amount(last.owed))}
        </span>
      </figcaption>
      {/* The table says the same. */}
      <svg className="chart" viewBox={`-4 -4 ${WIDE + 8} ${HIGH + 8}`} aria-hidden="true" focusable="false">
        <path className="area" d={`${path}V${HIGH}H0Z`} />
        <path className="line" d={path} />
        <path className="axis" d={`M0,${HIGH}H${WIDE}`} />
      </svg>
      <details>
        <summary>{words.table}</summary>
        <table className="plain">
          <caption className="sr">{words.chart}</caption>
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              <th scope="col" className="number">
                {words.principal}
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ time, owed }) => (
              <tr key={time}>
                <th scope="row">{date(time)}</th>
                <td className="number">{amount(owed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
