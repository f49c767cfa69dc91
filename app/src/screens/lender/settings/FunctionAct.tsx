// What a lender offers keepers for one action, and whose keys sign its commands.
import { type Address, createNoopSigner, isAddress } from '@solana/kit';
import { useState } from 'react';
import { functionAddress } from '../../../chain/around';
import { fromHex } from '../../../chain/handOver';
import { Action, getSetFunctionInstruction } from '../../../client';
import { usePage } from '../../../page';
import { useLenderWords } from '../../../words/lender';
import { useSettingsWords } from '../../../words/settings';
import { Act, Field } from '../loan/Act';
import { hex } from '../loan/proposals';
import { byAuthority, NOBODY, type SettingProps } from './setting';
import { counts, type Kind, lamports, readBack, spans } from './values';

const PLACES = [0, 1, 2] as const;

interface Row {
  name: string;
  kind: Kind<number | bigint>;
  before: number | bigint | undefined;
}

export function FunctionAct({ action, ...props }: SettingProps & { action: Action }) {
  const { words } = usePage();
  const [own, lenders] = [useSettingsWords(), useLenderWords()];
  const offered = props.state.functions[action];
  const rows: Row[] = [
    { name: own.functions.fee, kind: lamports as Kind<number | bigint>, before: offered?.fee },
    { name: own.functions.bond, kind: lamports as Kind<number | bigint>, before: offered?.bond },
    { name: own.functions.lease, kind: spans as Kind<number | bigint>, before: offered?.leaseSecs },
    { name: own.functions.ttl, kind: spans as Kind<number | bigint>, before: offered?.ttlSecs },
    { name: own.functions.required, kind: counts as Kind<number | bigint>, before: offered?.required },
  ];
  const keysBefore = offered?.commandKeys.map((key) => (key === NOBODY ? '' : key)) ?? ['', '', ''];
  const urisBefore = offered ? [offered.uri, offered.uri2, offered.uri3] : ['', '', ''];
  const codeBefore = offered ? hex(new Uint8Array(offered.codeHash)) : '';
  const [texts, setTexts] = useState(() =>
    rows.map(({ kind, before }) => (before === undefined ? '' : kind.write(before))),
  );
  const [keys, setKeys] = useState<string[]>([...keysBefore]);
  const [uris, setUris] = useState<string[]>([...urisBefore]);
  const [code, setCode] = useState(codeBefore);

  const values = rows.map(({ kind, before }, at) => {
    const text = texts[at] ?? '';
    return before === undefined ? kind.read(text) : readBack(kind, before, text);
  });
  const [fee, bond, lease, ttl, required] = values;
  const named = PLACES.map((at) => ({ key: keys[at]?.trim() ?? '', uri: uris[at]?.trim() ?? '' })).filter(
    ({ key, uri }) => key !== '' || uri !== '',
  );
  const wrongKey = named.find(({ key }) => !isAddress(key));
  const isRead = values.every((value) => value !== undefined) && !wrongKey;
  const refused = isRead
    ? props.changes.offer({
        action,
        fee: BigInt(fee ?? 0),
        bond: BigInt(bond ?? 0),
        lease_secs: Number(lease),
        ttl_secs: Number(ttl),
        required: Number(required),
        command_keys: named,
      })
    : null;

  const act = () => {
    const unread = rows.find((_, at) => values[at] === undefined);
    if (unread) return own.bad(unread.name);
    if (wrongKey) return own.badAddress(wrongKey.key);
    const codeHash = fromHex(code);
    if (codeHash?.length !== 32) return own.bad(own.functions.code);
    const lines = changedLines(named, hex(codeHash));
    if (lines.length === 0) return own.nothing;
    void propose(lines, codeHash);
    return undefined;
  };
  /** What is different afterwards. */
  const changedLines = (named: { key: string; uri: string }[], codeAfter: string): string[] => {
    const said = (value: string) => value || own.none;
    const lines = rows.flatMap(({ name, kind, before }, at) => {
      const after = values[at];
      if (after === undefined || after === before) return [];
      const was = before === undefined ? own.none : kind.say(before, words.locale);
      return [own.change(name, was, kind.say(after, words.locale))];
    });
    const texts: [string, string, string][] = PLACES.flatMap((at): [string, string, string][] => [
      [own.functions.key(at + 1), keysBefore[at] ?? '', named[at]?.key ?? ''],
      [own.functions.uri(at + 1), urisBefore[at] ?? '', named[at]?.uri ?? ''],
    ]);
    texts.push([own.functions.code, codeBefore, codeAfter]);
    for (const [name, before, after] of texts) {
      if (before !== after) lines.push(own.change(name, said(before), said(after)));
    }
    return lines;
  };
  const propose = async (lines: string[], codeHash: Uint8Array) => {
    const { authority, lender } = byAuthority(props);
    const isOtherKeys = named.map(({ key }) => key).join() !== keysBefore.filter((key) => key !== '').join();
    const instruction = getSetFunctionInstruction({
      payer: createNoopSigner(authority.address),
      authority,
      lender,
      function: await functionAddress(lender, action),
      action,
      fee: fee ?? 0,
      bond: bond ?? 0,
      leaseSecs: Number(lease),
      ttlSecs: Number(ttl),
      required: Number(required),
      commandKeys: named.map(({ key, uri }) => ({ key: key as Address, uri })),
      codeHash,
    });
    props.onPropose({
      title,
      lines: [
        ...lines,
        action === Action.Unlock ? own.functions.pinned : own.functions.loans,
        own.functions.open,
        ...(isOtherKeys ? [own.functions.keys] : []),
        own.effect,
      ],
      instructions: [instruction],
    });
  };
  const title = own.functions.title(lenders.calls.names[action] ?? '');
  const change = (list: string[], at: number, text: string) => list.map((old, index) => (index === at ? text : old));
  return (
    <Act
      id={`offer-${action}`}
      title={title}
      body={own.functions.body}
      button={offered ? own.functions.button : own.functions.first}
      needs="authority"
      acting={props.acting}
      refused={refused}
      onAct={act}
    >
      <p>{action === Action.Unlock ? own.functions.pinned : own.functions.loans}</p>
      {rows.map(({ name, kind, before }, at) => (
        <Field
          key={name}
          type="address"
          label={`${name} (${own.now(before === undefined ? own.none : kind.say(before, words.locale))})`}
          value={texts[at] ?? ''}
          onChange={(text) => setTexts(change(texts, at, text))}
        />
      ))}
      {PLACES.map((at) => (
        <fieldset key={at}>
          <legend>{own.functions.key(at + 1)}</legend>
          <Field
            type="address"
            label={own.functions.key(at + 1)}
            value={keys[at] ?? ''}
            onChange={(text) => setKeys(change(keys, at, text))}
          />
          <Field
            type="address"
            label={own.functions.uri(at + 1)}
            value={uris[at] ?? ''}
            onChange={(text) => setUris(change(uris, at, text))}
          />
          {keysBefore[at] && <p className="quiet address">{own.now(`${keysBefore[at]} ${urisBefore[at] ?? ''}`)}</p>}
        </fieldset>
      ))}
      <Field type="address" label={own.functions.code} value={code} onChange={setCode} />
    </Act>
  );
}
