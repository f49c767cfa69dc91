//! The arguments of an instruction, read by the types that the IDL gives them.

use std::collections::HashMap;

use latchkey_client::Pubkey;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::units::date;

/// A type as the IDL writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    Array(Box<(Self, usize)>),
    Option(Box<Self>),
    Vec(Box<Self>),
    Defined {
        name: String,
    },
    #[serde(untagged)]
    Plain(String),
}

/// A named value.
#[derive(Clone, Debug, Deserialize)]
pub struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: Type,
}

/// A struct or an enum without fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Struct {
        #[serde(default)]
        fields: Vec<Value>,
    },
    Enum {
        variants: Vec<Variant>,
    },
}

/// One of an enum's names.
#[derive(Clone, Debug, Deserialize)]
pub struct Variant {
    name: String,
}

/// The types that the IDL defines, by name.
pub type Types = HashMap<String, Body>;

/// Reads all arguments. None if they are not of these types, or there are bytes left.
pub fn read(fields: &[Field], types: &Types, mut bytes: &[u8]) -> Option<Map<String, Value>> {
    let read = structure(fields, types, &mut bytes)?;
    bytes.is_empty().then_some(read)
}

fn structure(fields: &[Field], types: &Types, bytes: &mut &[u8]) -> Option<Map<String, Value>> {
    fields.iter().map(|field| Some((field.name.clone(), value(&field.kind, types, bytes)?))).collect()
}

fn value(kind: &Type, types: &Types, bytes: &mut &[u8]) -> Option<Value> {
    Some(match kind {
        Type::Plain(name) => plain(name, bytes)?,
        Type::Array(array) => match &**array {
            (Type::Plain(name), length) if name == "u8" => json!(hex::encode(take(bytes, *length)?)),
            (kind, length) => {
                let items: Option<Vec<Value>> = (0..*length).map(|_| value(kind, types, bytes)).collect();
                json!(items?)
            }
        },
        Type::Option(kind) => match take(bytes, 1)? {
            [0] => Value::Null,
            [1] => value(kind, types, bytes)?,
            _ => return None,
        },
        Type::Vec(kind) => {
            let length = u32::from_le_bytes(array(bytes)?);
            let items: Option<Vec<Value>> = (0..length).map(|_| value(kind, types, bytes)).collect();
            json!(items?)
        }
        Type::Defined { name } => match types.get(name)? {
            Body::Struct { fields } => {
                let fields: Option<Vec<Field>> =
                    fields.iter().map(|field| serde_json::from_value(field.clone()).ok()).collect();
                Value::Object(structure(&fields?, types, bytes)?)
            }
            Body::Enum { variants } => {
                let [index] = array(bytes)?;
                json!(variants.get(usize::from(index))?.name)
            }
        },
    })
}

/// Every `i64` argument of the program is a time.
fn plain(name: &str, bytes: &mut &[u8]) -> Option<Value> {
    Some(match name {
        "bool" => match array(bytes)? {
            [0] => json!(false),
            [1] => json!(true),
            _ => return None,
        },
        "u8" => json!(u8::from_le_bytes(array(bytes)?)),
        "u16" => json!(u16::from_le_bytes(array(bytes)?)),
        "u32" => json!(u32::from_le_bytes(array(bytes)?)),
        "i32" => json!(i32::from_le_bytes(array(bytes)?)),
        "u64" => json!(u64::from_le_bytes(array(bytes)?)),
        "i64" => json!(date::show(i64::from_le_bytes(array(bytes)?))),
        "pubkey" => json!(Pubkey::new_from_array(array(bytes)?).to_string()),
        "string" => {
            let length = usize::try_from(u32::from_le_bytes(array(bytes)?)).ok()?;
            json!(std::str::from_utf8(take(bytes, length)?).ok()?)
        }
        _ => return None,
    })
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    take(bytes, N)?.try_into().ok()
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
