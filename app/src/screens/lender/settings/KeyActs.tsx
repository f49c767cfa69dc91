// Who works for a lender: its servicer, and the keepers that it admits.
import { type Address, isAddress } from '@solana/kit';
import { useState } from 'react';
import { getSetKeepersInstruction, getSetServicerInstruction } from '../../../client';
import { useSettingsWords } from '../../../words/settings';
import { Act, Field } from '../loan/Act';
import { byAuthority, type SettingProps } from './setting';

export function ServicerAct(props: SettingProps) {
  const own = useSettingsWords();
  const { servicer } = props.state.lender;
  const [text, setText] = useState('');
  const key = text.trim();
  return (
    <Act
      id="servicer"
      title={own.servicer.title}
      body={own.servicer.body}
      button={own.servicer.button}
      needs="authority"
      acting={props.acting}
      refused={null}
      onAct={() => {
        if (!isAddress(key)) return own.badAddress(key);
        if (key === servicer) return own.nothing;
        props.onPropose({
          title: own.servicer.title,
          lines: [own.change(own.servicer.title, servicer, key), own.servicer.effect, own.effect],
          instructions: [getSetServicerInstruction({ ...byAuthority(props), servicer: key })],
        });
        return undefined;
      }}
    >
      <p className="address">{own.now(servicer)}</p>
      <Field type="address" label={own.servicer.field} value={text} onChange={setText} />
    </Act>
  );
}

export function KeepersAct(props: SettingProps) {
  const own = useSettingsWords();
  const { keepers } = props.state.lender;
  const [text, setText] = useState(keepers.join('\n'));
  const lines = text.split(/\s+/).filter((line) => line !== '');
  const wrong = lines.find((line) => !isAddress(line));
  const listed = (keys: readonly string[]) => (keys.length === 0 ? own.keepers.anyone : keys.join(', '));
  return (
    <Act
      id="keepers"
      title={own.keepers.title}
      body={own.keepers.body}
      button={own.keepers.button}
      needs="authority"
      acting={props.acting}
      refused={wrong === undefined ? props.changes.keepers(lines) : null}
      onAct={() => {
        if (wrong !== undefined) return own.badAddress(wrong);
        if (lines.join() === keepers.join()) return own.nothing;
        props.onPropose({
          title: own.keepers.title,
          lines: [own.change(own.keepers.title, listed(keepers), listed(lines)), own.keepers.effect, own.effect],
          instructions: [getSetKeepersInstruction({ ...byAuthority(props), keepers: lines as Address[] })],
        });
        return undefined;
      }}
    >
      <p className="address">{own.now(listed(keepers))}</p>
      <label>
        {own.keepers.field}
        <textarea
          rows={4}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
    </Act>
  );
}
