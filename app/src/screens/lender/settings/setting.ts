// What every setting is given.
import { type Address, createNoopSigner, getBase64Encoder } from '@solana/kit';
import { useEffect, useState } from 'react';
import { decimalsIn } from '../../../chain/loan';
import { connect } from '../../../chain/network';
import { usePage } from '../../../page';
import type { Changes } from '../../../rules/changes';
import type { Proposal } from '../../Confirm';
import type { Acting } from '../loan/Act';
import type { LenderState } from '../useLender';

export interface SettingProps {
  address: Address;
  state: LenderState;
  changes: Changes;
  mint: Mint;
  acting: Pick<Acting, 'role' | 'blocked'>;
  signer: Address | undefined;
  onPropose(proposal: Proposal): void;
}

/** Nobody: the zero key. */
export const NOBODY = '11111111111111111111111111111111' as Address;

/** The accounts of what the authority changes. It is not sent before the wallet is the authority's. */
export const byAuthority = ({ address, signer, state }: SettingProps) => ({
  authority: createNoopSigner(signer ?? state.lender.authority),
  lender: address,
});

export interface Mint {
  decimals: number;
  program: Address;
}

export function useMint(address: Address | undefined): Mint | undefined {
  const { node } = usePage();
  const [mint, setMint] = useState<Mint>();
  useEffect(() => {
    if (!address) return;
    let isCurrent = true;
    const read = connect(node).rpc.getAccountInfo(address, { encoding: 'base64', commitment: 'confirmed' }).send();
    read.then(
      ({ value }) => {
        if (!isCurrent || !value) return;
        setMint({ decimals: decimalsIn(getBase64Encoder().encode(value.data[0])), program: value.owner });
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, address]);
  return mint;
}
