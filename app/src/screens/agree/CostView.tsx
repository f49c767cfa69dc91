// What a loan costs, in the words of Regulation Z, with its whole schedule. Every figure comes from the rules.

import { usePage } from '../../page';
import type { Cost } from '../../rules/answers';
import { useAgreeWords } from '../../words/agree';
import { cents, hundredths } from '../../words/money';
import type { Reading } from '../borrower/parts';
import { rateText } from '../borrower/terms';

interface Props {
  title: string;
  cost: Cost;
  /** The contract's own rate, parts per million, for a loan that has none of the regulation. */
  aprPpm: number;
  decimals: number;
  reading: Reading;
}

export function CostView({ title, cost, aprPpm, decimals, reading }: Props) {
  const { words } = usePage();
  const { cost: own } = useAgreeWords();
  const amount = (value: string) => cents(value, decimals, words.locale);
  const rate =
    cost.apr_hundredths === null
      ? rateText(aprPpm, words.locale)
      : `${hundredths(cost.apr_hundredths, words.locale)} %`;
  const figures = [
    [own.apr, rate, own.aprBody],
    [own.charge, amount(cost.finance_charge), own.chargeBody],
    [own.financed, amount(cost.amount_financed), own.financedBody],
    [own.total, amount(cost.total_of_payments), own.totalBody],
  ] as const;
  return (
    <section className="stack" aria-label={title}>
      <h3>{title}</h3>
      <dl className="figures">
        {figures.map(([name, value, meaning]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong className="number">{value}</strong> <span className="quiet">{meaning}</span>
            </dd>
          </div>
        ))}
      </dl>
      <h4>{own.schedule}</h4>
      <p className="quiet">{own.ifSigned}</p>
      {/* It has the focus so that the keyboard can scroll it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
      <section className="scroll" aria-label={own.schedule} tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{own.number}</th>
              <th scope="col">{own.due}</th>
              {[own.payment, own.interest, own.principal, own.balance].map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cost.payments.map((row, index) => (
              <tr key={row.due}>
                <th scope="row">{index + 1}</th>
                <td>{reading.when(row.due).reader}</td>
                <td className="number">{amount(row.payment)}</td>
                <td className="number">{amount(row.interest)}</td>
                <td className="number">{amount(row.principal)}</td>
                <td className="number">{amount(row.balance)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {cost.only_interest !== null && <p>{own.onlyInterest(cost.only_interest + 1)}</p>}
      <p>{own.prepayment}</p>
    </section>
  );
}
