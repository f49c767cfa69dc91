// Terms before they are signed: in plain words, and each exactly.
import type { Terms } from '../../client';
import { usePage } from '../../page';
import type { Amended } from '../../rules/answers';
import { useAgreeWords } from '../../words/agree';
import { type Reading, useReadingOf } from '../borrower/parts';
import { plainTerms } from '../borrower/terms';
import { type TermRow, termRows } from './termRows';

export function TermsView({ terms, reading }: { terms: Terms; reading: Reading }) {
  const { words } = usePage();
  const own = useAgreeWords();
  return (
    <>
      <h3>{words.terms.title}</h3>
      <ul className="stack">
        {plainTerms(terms, 0, words, reading).map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li>{own.cost.security}</li>
      </ul>
      <h3>{own.originate.exact}</h3>
      <Rows rows={termRows(terms, words, own, reading)} />
    </>
  );
}

function Rows({ rows }: { rows: TermRow[] }) {
  return (
    <dl className="sums">
      {rows.map(({ term, name, value }) => (
        <div key={term} className="sum">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChangesProps {
  before: Terms;
  after: Terms;
  changes: Amended['changes'];
  decimals: number;
}

/** Old and new terms side by side; what is worse for the borrower is marked, in words too. */
export function ChangesView({ before, after, changes, decimals }: ChangesProps) {
  const { words } = usePage();
  const own = useAgreeWords();
  const [was, is] = [
    termRows(before, words, own, useReadingOf(decimals, before.calendar.utcOffsetSecs)),
    termRows(after, words, own, useReadingOf(decimals, after.calendar.utcOffsetSecs)),
  ];
  const effects = new Map(changes.map(({ term, effect }) => [term, effect]));
  const worse = changes.filter(({ effect }) => effect === 'worse').length;
  const changed = is.filter(({ term }) => effects.has(term));
  return (
    <>
      <h3>{own.amend.changes}</h3>
      {changed.length === 0 ? (
        <p>{own.amend.nothing}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it has the focus so that the keyboard can scroll it.
        <section className="scroll" aria-label={own.amend.changes} tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{own.amend.term}</th>
                <th scope="col">{own.amend.before}</th>
                <th scope="col">{own.amend.after}</th>
              </tr>
            </thead>
            <tbody>
              {changed.map(({ term, name, value }) => (
                <tr key={term} data-effect={effects.get(term)}>
                  <th scope="row">{name}</th>
                  <td>{was.find((row) => row.term === term)?.value}</td>
                  <td>
                    {value}
                    {effects.get(term) !== 'depends' && (
                      <strong className={effects.get(term) === 'worse' ? 'error' : undefined}>
                        {' '}
                        ({own.amend.effects[effects.get(term) ?? 'depends']})
                      </strong>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {worse > 0 && (
        <p className="error">
          <strong>{own.amend.worse(worse)}</strong>
        </p>
      )}
      <p>{own.amend.restart}</p>
      <h3>{own.amend.alike}</h3>
      <Rows rows={is.filter(({ term }) => !effects.has(term))} />
    </>
  );
}
