// All loans of a lender in one list: sorted, filtered, searched; only the rows in sight are drawn.
import type { Address } from '@solana/kit';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { usePage } from '../../page';
import type { Standing } from '../../rules/answers';
import { useAgreeWords } from '../../words/agree';
import { momentForm } from '../../words/formats';
import { useHistoryWords } from '../../words/history';
import { useLenderWords } from '../../words/lender';
import { money } from '../../words/money';
import { WhenSeen } from '../history/WhenSeen';
import { csvOf, save } from './csv';
import { HealthCard } from './HealthCard';
import { Received } from './received/Received';
import { BUCKETS, type Bucket, COLUMNS, type Column, type Filter, type Row, select } from './rows';
import { usePortfolio } from './usePortfolio';

const ROW_HEIGHT = 44;

export function Portfolio({ lender }: { lender: Address }) {
  const { words } = usePage();
  const own = useLenderWords();
  const past = useHistoryWords();
  const agree = useAgreeWords();
  const { rows, decimals, lender: read, trouble } = usePortfolio(lender);
  const [filter, setFilter] = useState<Filter>({
    search: '',
    standing: undefined,
    bucket: 'any',
    sort: 'days',
    isUp: false,
  });
  const shown = useMemo(() => select(rows ?? [], filter), [rows, filter]);
  const change = (part: Partial<Filter>) => setFilter((filter) => ({ ...filter, ...part }));

  return (
    <main className="stack">
      <h1 className="headline">{words.portfolio.title}</h1>
      <p>
        <a href={`#/lender/${lender}/originate`}>{agree.originate.open}</a>
        {' · '}
        <a href={`#/lender/${lender}/functions`}>{own.functions.open}</a>
        {' · '}
        <a href={`#/lender/${lender}/calls`}>{past.calls.open}</a>
      </p>
      {trouble && (
        <p role="alert" className="banner bad">
          {words.failed.unreachable}
        </p>
      )}
      <div className="row">
        <label>
          {words.portfolio.search}
          <input
            type="search"
            value={filter.search}
            onChange={(event) => change({ search: event.target.value.trim() })}
          />
        </label>
        <label>
          {words.portfolio.status}
          <select
            value={filter.standing ?? ''}
            onChange={(event) => change({ standing: (event.target.value || undefined) as Standing | undefined })}
          >
            <option value="">{words.portfolio.all}</option>
            {Object.entries(words.standing).map(([standing, name]) => (
              <option key={standing} value={standing}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.portfolio.days}
          <select value={filter.bucket} onChange={(event) => change({ bucket: event.target.value as Bucket })}>
            {BUCKETS.map((bucket) => (
              <option key={bucket} value={bucket}>
                {words.portfolio.bucket[bucket]}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          disabled={shown.length === 0}
          onClick={() => save('portfolio.csv', csvOf(shown, decimals))}
        >
          {words.portfolio.csv}
        </button>
      </div>
      <p role="status">{rows ? words.portfolio.count(shown.length, rows.length) : words.portfolio.loading}</p>
      {rows && <Table lender={lender} rows={shown} decimals={decimals} filter={filter} onSort={change} />}
      {rows && rows.length > 0 && <HealthCard rows={rows} decimals={decimals} />}
      {read && (
        <WhenSeen>
          <Received treasury={read.treasury} decimals={decimals} now={read.now} />
        </WhenSeen>
      )}
    </main>
  );
}

interface TableProps {
  lender: Address;
  rows: Row[];
  decimals: number;
  filter: Filter;
  onSort(part: Partial<Filter>): void;
}

function Table({ lender, rows, decimals, filter, onSort }: TableProps) {
  const { words } = usePage();
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  return (
    // It has the focus so that the keyboard can scroll it.
    <div
      ref={frame}
      className="table"
      role="table"
      aria-label={words.portfolio.title}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div className="head" role="rowgroup">
        <div role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <Heading key={column} column={column} filter={filter} onSort={onSort} />
          ))}
        </div>
      </div>
      <div className="body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return row ? (
            <Line key={row.address} lender={lender} row={row} index={index} top={start} decimals={decimals} />
          ) : null;
        })}
      </div>
      {rows.length === 0 && <p>{words.portfolio.empty}</p>}
    </div>
  );
}

function Heading({ column, filter, onSort }: { column: Column; filter: Filter; onSort: TableProps['onSort'] }) {
  const { words } = usePage();
  const isSorted = filter.sort === column;
  return (
    <div role="columnheader" aria-sort={isSorted ? (filter.isUp ? 'ascending' : 'descending') : 'none'}>
      <button type="button" onClick={() => onSort({ sort: column, isUp: isSorted ? !filter.isUp : false })}>
        {words.portfolio.columns[column]}
        <span aria-hidden="true">{isSorted ? (filter.isUp ? ' ▲' : ' ▼') : ''}</span>
      </button>
    </div>
  );
}

interface LineProps {
  lender: Address;
  row: Row;
  index: number;
  top: number;
  decimals: number;
}

function Line({ lender, row, index, top, decimals }: LineProps) {
  const { words } = usePage();
  const amount = (units: bigint) => money(units, decimals, words.locale);
  const day = (unix: number) => momentForm(words.locale, { dateStyle: 'medium' }).format(unix * 1000);
  return (
    <div role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <div role="cell">
        <a className="address" href={`#/lender/${lender}/loan/${row.address}`}>
          {row.address.slice(0, 4)}…{row.address.slice(-4)}
        </a>
      </div>
      {row.figures ? (
        <>
          <div role="cell">{words.standing[row.figures.standing]}</div>
          <div role="cell" className="number">
            {amount(row.figures.pastDue)}
          </div>
          <div role="cell" className="number">
            {row.figures.days}
          </div>
          <div role="cell" className="number">
            {amount(row.figures.owed)}
          </div>
          <div role="cell">{row.figures.nextDue === null ? '–' : day(row.figures.nextDue)}</div>
        </>
      ) : (
        <div role="cell">{words.portfolio.outOfDate}</div>
      )}
    </div>
  );
}
