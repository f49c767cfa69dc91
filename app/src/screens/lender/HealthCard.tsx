// The health of a portfolio as bars, and as a table for whoever does not see them.
import { usePage } from '../../page';
import { useLenderWords } from '../../words/lender';
import { money } from '../../words/money';
import { bars, healthOf } from './health';
import type { Row } from './rows';

const [BAR, GAP, WIDE, LABEL] = [20, 8, 200, 72];

export function HealthCard({ rows, decimals }: { rows: readonly Row[]; decimals: number }) {
  const { words } = usePage();
  const own = useLenderWords();
  const health = healthOf(rows);
  const lengths = bars(
    health.map(({ loans }) => loans),
    WIDE,
  );
  const amount = (units: bigint) => money(units, decimals, words.locale);
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">{own.health.title}</h2>
      <div className="tiles">
        {/* The table says the same. */}
        <svg
          className="chart"
          viewBox={`0 0 ${LABEL + WIDE + 48} ${health.length * (BAR + GAP)}`}
          aria-hidden="true"
          focusable="false"
        >
          {health.map(({ group, loans }, index) => {
            const top = index * (BAR + GAP);
            const length = lengths[index] ?? 0;
            return (
              <g key={group}>
                <text x={LABEL - 8} y={top + 15} textAnchor="end">
                  {words.portfolio.bucket[group]}
                </text>
                <rect className={`bar ${group}`} x={LABEL} y={top} width={length} height={BAR} rx={3} />
                <text x={LABEL + length + 6} y={top + 15}>
                  {loans}
                </text>
              </g>
            );
          })}
        </svg>
        <table className="plain">
          <caption className="sr">{own.health.title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.portfolio.days}</th>
              <th scope="col" className="number">
                {own.health.loans}
              </th>
              <th scope="col" className="number">
                {words.portfolio.columns.pastDue}
              </th>
              <th scope="col" className="number">
                {words.portfolio.columns.owed}
              </th>
            </tr>
          </thead>
          <tbody>
            {health.map(({ group, loans, pastDue, owed }) => (
              <tr key={group}>
                <th scope="row">{words.portfolio.bucket[group]}</th>
                <td className="number">{loans}</td>
                <td className="number">{amount(pastDue)}</td>
                <td className="number">{amount(owed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
