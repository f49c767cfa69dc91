// Whether the connected wallet has a nonce account, and what one costs.
import { useEffect, useState } from 'react';
import { connect } from '../../chain/network';
import { NONCE_SIZE, readNonce } from '../../chain/offer';
import { usePage } from '../../page';

/** Asked again with each newer state of the chain, such as a slot. */
export function useNonce(state: unknown) {
  const { node, connected } = usePage();
  const [found, setFound] = useState<{ hasNonce: boolean | undefined; rent: bigint }>({
    hasNonce: undefined,
    rent: 0n,
  });
  const owner = connected?.address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newer state asks again.
  useEffect(() => {
    if (!owner) return;
    let isCurrent = true;
    const { rpc } = connect(node);
    Promise.all([readNonce(rpc, owner), rpc.getMinimumBalanceForRentExemption(NONCE_SIZE).send()]).then(
      ([nonce, rent]) => isCurrent && setFound({ hasNonce: nonce !== undefined, rent }),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, owner, state]);
  return found;
}
