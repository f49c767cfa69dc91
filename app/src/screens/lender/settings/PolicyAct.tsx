// The floors of loans yet to be written.
import { useState } from 'react';
import { getSetPolicyInstruction, type PolicyFloors } from '../../../client';
import { usePage } from '../../../page';
import { useSettingsWords } from '../../../words/settings';
import { Act, Field } from '../loan/Act';
import { byAuthority, type SettingProps } from './setting';
import { amounts, counts, type Kind, rates, readBack, spans } from './values';

type Name = keyof PolicyFloors;
const FLAGS = ['noticeAfterDefault', 'publicUnlock'] as const;

/** How each floor that is not a flag is written. */
const kinds = (decimals: number): Partial<Record<Name, Kind<number> | Kind<bigint>>> => ({
  minGraceSecs: spans,
  minGraceWeeklySecs: spans,
  minNoticeSecs: spans,
  minNoticeWeeklySecs: spans,
  minChannels: counts,
  minFinalNoticeSecs: spans,
  maxAprPpm: rates,
  maxLateFee: amounts(decimals),
  minLateAfterSecs: spans,
  minWarnAfterSecs: spans,
  minEmergencySecs: spans,
  minEmergencyMax: counts,
  maxLockTtlSecs: spans,
});

export function PolicyAct(props: SettingProps) {
  const { words } = usePage();
  const own = useSettingsWords();
  const { floors } = props.state.lender;
  const written = Object.entries(kinds(props.mint.decimals)) as [Name, Kind<number | bigint>][];
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(written.map(([name, kind]) => [name, kind.write(floors[name] as number | bigint)])),
  );
  const [flags, setFlags] = useState(() => Object.fromEntries(FLAGS.map((name) => [name, floors[name]])));
  const said = (flag: boolean | undefined) => (flag ? own.yes : own.no);

  const act = () => {
    const next: Record<string, unknown> = { ...floors, ...flags };
    const lines: string[] = [];
    for (const [name, kind] of written) {
      const before = floors[name] as number | bigint;
      const after = readBack(kind, before, texts[name] ?? '');
      if (after === undefined) return own.bad(own.policy.names[name]);
      next[name] = after;
      if (after !== before) {
        lines.push(own.change(own.policy.names[name], kind.say(before, words.locale), kind.say(after, words.locale)));
      }
    }
    for (const name of FLAGS) {
      if (flags[name] !== floors[name]) {
        lines.push(own.change(own.policy.names[name], said(floors[name]), said(flags[name])));
      }
    }
    if (lines.length === 0) return own.nothing;
    props.onPropose({
      title: own.policy.title,
      lines: [...lines, own.policy.loans, own.effect],
      instructions: [getSetPolicyInstruction({ ...byAuthority(props), floors: next as unknown as PolicyFloors })],
    });
    return undefined;
  };
  return (
    <Act
      id="policy"
      title={own.policy.title}
      body={own.policy.body}
      button={own.policy.button}
      needs="authority"
      acting={props.acting}
      refused={null}
      onAct={act}
    >
      <p>{own.policy.loans}</p>
      {written.map(([name, kind]) => (
        <Field
          key={name}
          type="address"
          label={`${own.policy.names[name]} (${own.now(kind.say(floors[name] as number | bigint, words.locale))})`}
          value={texts[name] ?? ''}
          onChange={(text) => setTexts({ ...texts, [name]: text })}
        />
      ))}
      {FLAGS.map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={flags[name] ?? false}
            onChange={(event) => setFlags({ ...flags, [name]: event.target.checked })}
          />
          {own.policy.names[name]} ({own.now(said(floors[name]))})
        </label>
      ))}
    </Act>
  );
}
