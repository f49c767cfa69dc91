//! A native program that calls on what it is handed: the only way into the contract that is not top level.

use latchkey_client::{AccountMeta, Instruction, Pubkey};
use solana_program_runtime::declare_process_instruction;
use solana_program_runtime::solana_sbpf::program::BuiltinFunctionDefinition as _;
use solana_sdk::instruction::InstructionError;

use crate::TestChain;

/// The proxy's address.
const PROXY: Pubkey = Pubkey::new_from_array([77; 32]);

declare_process_instruction!(Proxy, 1, |invoke_context| {
    let context = invoke_context.transaction_context.get_current_instruction_context()?;
    let accounts = (0..context.get_number_of_instruction_accounts())
        .map(|index| {
            Ok(AccountMeta {
                pubkey: *context.get_key_of_instruction_account(index)?,
                is_signer: context.is_instruction_account_signer(index)?,
                is_writable: context.is_instruction_account_writable(index)?,
            })
        })
        .collect::<Result<Vec<_>, InstructionError>>()?;
    let data = context.get_instruction_data().to_vec();
    let inner = Instruction { program_id: latchkey::ID, accounts, data };
    invoke_context.native_invoke_signed(inner, &[])
});

/// The same instruction, reached by a call from another program.
pub fn through_another_program(chain: &mut TestChain, mut instruction: Instruction) -> Instruction {
    chain.svm().add_builtin(PROXY, Proxy::register);
    instruction.accounts.push(AccountMeta::new_readonly(latchkey::ID, false));
    Instruction { program_id: PROXY, ..instruction }
}
