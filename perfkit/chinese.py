"""What click says by itself, in Chinese. Click asks gettext for every text; this table answers in its place."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

_TEXTS = {
    "Usage:": "用法：",
    "path": "路径",
    "Options": "选项",
    "Commands": "命令",
    "Show this message and exit.": "显示这份说明",
    "default: {default}": "默认：{default}",
    "No such command {name!r}.": "没有命令“{name}”",
    "Missing command.": "缺少命令",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "{value!r} is not a valid {number_type}.": "“{value}”不是{number_type}",
    "{name} {filename!r} does not exist.": "{filename} 不存在；请核对路径",
    "{name} {filename!r} is a directory.": "{filename} 是文件夹，不是文件",
    "{name} {filename!r} is not readable.": "{filename} 读不了",
    "{value} is not in the range {range}.": "“{value}”超出范围 {range}",
    "Option {name!r} does not take a value.": "选项“{name}”不带值",
    "{value!r} is not {choice}.": "“{value}”应为 {choice}",
    "{value!r} is not one of {choices}.": "“{value}”应为 {choices} 之一",
    "Option {name!r} requires an argument.": "选项“{name}”后面要写值",
    "Got unexpected extra argument ({args})": "多出的参数：{args}",
    "Got unexpected extra arguments ({args})": "多出的参数：{args}",
}


def _text(message: str) -> str:
    return _TEXTS.get(message, message)


def speak_chinese() -> None:
    """Let click's own words be Chinese, for this process."""
    click.types.IntParamType.name = click.types.IntRange.name = "整数"
    click.types.FloatParamType.name = click.types.FloatRange.name = "数"
    for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
        for name, answer in (("_", _text), ("ngettext", lambda one, many, count: _text(one if count == 1 else many))):
            if hasattr(module, name):
                setattr(module, name, answer)
