// The next authority of a lender: nominated, taken back, accepted.
import { createNoopSigner, getBase64Decoder, isAddress } from '@solana/kit';
import { useState } from 'react';
import { tokenAccountOf } from '../../../chain/tokens';
import { getAcceptAuthorityInstruction, getLenderEncoder, getNominateAuthorityInstruction } from '../../../client';
import { useSettingsWords } from '../../../words/settings';
import { Act, Field } from '../loan/Act';
import { byAuthority, NOBODY, type SettingProps } from './setting';

export function AuthorityAct(props: SettingProps) {
  const own = useSettingsWords();
  const { lender } = props.state;
  const { pendingAuthority: pending } = lender;
  const [text, setText] = useState('');
  const key = text.trim();
  const account = () => getBase64Decoder().decode(getLenderEncoder().encode(lender));
  return (
    <>
      <Act
        id="authority"
        title={own.authority.title}
        body={own.authority.body}
        button={own.authority.button}
        needs="authority"
        acting={props.acting}
        refused={isAddress(key) ? props.changes.nominate(account(), key) : null}
        onAct={() => {
          if (!isAddress(key)) return own.badAddress(key);
          const lines = [own.authority.line(key), own.authority.effect];
          if (pending !== NOBODY && pending !== key) lines.push(own.authority.replaces(pending));
          props.onPropose({
            title: own.authority.title,
            lines: [own.change(own.authority.becomes, lender.authority, key), ...lines],
            instructions: [getNominateAuthorityInstruction({ ...byAuthority(props), nominee: key })],
          });
          return undefined;
        }}
      >
        <p className="address">{own.now(lender.authority)}</p>
        {pending !== NOBODY && <p className="address">{own.authority.pending(pending)}</p>}
        <Field type="address" label={own.authority.field} value={text} onChange={setText} />
      </Act>
      {pending !== NOBODY && (
        <Act
          id="authority-back"
          title={own.authority.back}
          body={own.authority.pending(pending)}
          button={own.authority.back}
          needs="authority"
          acting={props.acting}
          refused={null}
          onAct={() => {
            props.onPropose({
              title: own.authority.back,
              lines: [own.authority.backLine(pending), own.effect],
              instructions: [getNominateAuthorityInstruction({ ...byAuthority(props), nominee: null })],
            });
            return undefined;
          }}
        />
      )}
    </>
  );
}

export function AcceptAct({ address, state, mint, acting, signer, onPropose }: SettingProps) {
  const own = useSettingsWords();
  const { lender } = state;
  const { pendingAuthority: nominee } = lender;
  if (nominee === NOBODY) return null;
  const accept = async () => {
    const treasury = await tokenAccountOf(nominee, lender.mint, mint.program);
    const lines = [
      own.change(own.authority.becomes, lender.authority, nominee),
      own.change(own.authority.treasury, lender.treasury, treasury),
      own.authority.acceptEffect,
    ];
    if (lender.servicer === lender.authority) lines.push(own.authority.servicerToo);
    onPropose({
      title: own.authority.acceptTitle,
      lines: [...lines, own.effect],
      instructions: [
        getAcceptAuthorityInstruction({
          nominee: createNoopSigner(nominee),
          lender: address,
          treasury,
          mint: lender.mint,
        }),
      ],
    });
  };
  return (
    <Act
      id="accept"
      title={own.authority.acceptTitle}
      body={own.authority.acceptBody}
      button={own.authority.accept}
      acting={acting}
      refused={null}
      lacks={signer === nominee ? undefined : own.authority.notNominee(nominee)}
      onAct={() => {
        void accept();
        return undefined;
      }}
    >
      <p>{own.authority.acceptEffect}</p>
    </Act>
  );
}
