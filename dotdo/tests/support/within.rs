//! Within WebAssembly there are businesses, and no tests.

use std::time::Duration;

use chrono::{DateTime, Utc};
use dotdo::host::Peers;
use dotdo::object::{Answer, Request};
use dotdo::runtime_app::{App, ObjectKey};
use dotdo::{AppDef, Effect, Result};

/// There is none here. What tests share with each other is compiled all the same.
pub enum Test {}

impl Test {
    pub fn of(_def: &'static AppDef) -> Self {
        unreachable!("a test runs outside")
    }
    pub fn business(&self) -> &Business {
        match *self {}
    }
    pub fn now(&self) -> DateTime<Utc> {
        match *self {}
    }
    pub async fn run<E: Effect>(&self, _effect: E) -> Result<E::Output> {
        match *self {}
    }
    pub async fn advance(&self, _by: Duration) {
        match *self {}
    }
    pub async fn settled(&self) {
        match *self {}
    }
    pub async fn restart_as(&mut self, _def: &'static AppDef) {
        match *self {}
    }
    pub async fn crash(&mut self) {
        match *self {}
    }
    pub async fn ask<T>(&self, _op: dotdo_runtime::stub::Op) -> Result<T> {
        match *self {}
    }
    pub async fn ask_of<T>(
        &self,
        _noun: &str,
        _id: &str,
        _op: dotdo_runtime::stub::Op,
    ) -> Result<T> {
        match *self {}
    }
}

/// Nor is there what a test has.
pub enum Business {}

impl Business {
    pub fn app(&self) -> &'static App {
        match *self {}
    }
    pub fn reach(&self) -> &Reach {
        match *self {}
    }
    pub async fn run<E: Effect>(&self, _effect: E) -> Result<E::Output> {
        match *self {}
    }
    pub async fn settled(&self) {
        match *self {}
    }
    pub async fn advance_now(&self, _by: Duration) {
        match *self {}
    }
}

#[derive(Clone)]
pub enum Reach {}

impl Peers for Reach {
    async fn call(&self, _to: ObjectKey, _request: Request) -> Result<Answer> {
        match *self {}
    }
}

pub async fn breathe() {}
