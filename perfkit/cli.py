"""The command line: verbs only, no logic. Exit status 0 done, 1 something failed, 2 bad input."""

from __future__ import annotations

import codecs
import io
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import terminal
from .chinese import speak_chinese
from .errors import InputError, PerfkitError, Problem, reason
from .terminal import monitor_frame, monitor_row, score_frame, score_row
from .words import DASH, KINDS, SEVERITIES

if TYPE_CHECKING:
    from .auditing import Findings, Severity
    from .cases.case import Case
    from .report.blocks import Block
    from .scoring.scorecard import Scorecard

speak_chinese()

_PATH = click.Path(path_type=Path)
_FILE, _FOLDER = click.Path(path_type=Path, exists=True, dir_okay=False), click.Path(path_type=Path, exists=True)
_FORMS, _COPIES = click.Choice(["table", "json", "csv"]), click.Choice(["internal", "client"])
_SEVERITY, _GRAVE = click.Choice(list(SEVERITIES)), "、".join(SEVERITIES.values())
_YEARS = click.IntRange(1990, 2100)
_COPY_HELP = "内部稿，或给委托方的一稿：没有核验和文件指纹，它们另写在 audit.html"
_RUBRIC_HELP = "params/rubrics 中的名称，如 project-2020：列出各项要填什么"
_PATHS = click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="路径…")
_FORMAT = click.option("--format", "form", type=_FORMS, default="table", show_default=True, help="输出格式")
_OUTPUT = click.option("-o", "--output", type=_PATH, help="另写成 .html 或 .docx")
_PROFILE = click.option("--profile", default="national-self-2020", show_default=True, help="读自评表时所用的评分口径")
_OUT = click.option("--out", default="outputs", show_default=True, type=_PATH, help="输出文件夹")
_TYPED = click.core.ParameterSource.COMMANDLINE
_PROJECT = click.option("--project", type=_PATH, help="报告模板所在的项目文件夹；默认是当前文件夹")


@click.group(
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(None, "--version", package_name="perfkit", message="perfkit %(version)s", help="显示版本")
def cli() -> None:
    """预算绩效评价：评分标准是数据，每个得分都能解释、能复算。"""


def _each(paths: Sequence[Path], tried: Callable[[Case], None] = lambda case: None) -> Iterator[Case]:
    """Every case under the paths in turn; then ends with status 2 if one was faulty, also by what is `tried` on it."""
    from .cases.loading import iter_cases

    problems: list[Problem] = []
    for case in iter_cases(paths):
        try:
            if isinstance(case, InputError):
                raise case
            tried(case)
        except InputError as error:
            problems += error.problems
        else:
            yield case
    if problems:
        raise InputError(problems)


def _read(paths: Sequence[Path], profile: str) -> tuple[list[Case], list[Problem]]:
    """The cases that somebody hands in, and what is wrong with the files, which is shown, or raised without a case."""
    from .documents.loading import read_paths

    handed = list(read_paths(paths, profile))
    cases = [case for item in handed for case in item.cases]
    problems = [problem for item in handed for problem in item.problems]
    _show(warning for item in handed for warning in item.warnings)
    if problems and not cases:
        raise InputError(problems)
    _show(problems)
    return cases, problems


def _show(problems: Iterable[Problem]) -> None:
    """Problems on stderr, each once."""
    for problem in dict.fromkeys(problems):
        click.echo(f"{'警告' if problem.severity == 'warning' else '错误'}：{problem}", err=True)


def _tell(told: str | Problem | InputError) -> None:
    """What an import has to say: a sentence, a warning, or what is wrong with a file."""
    if isinstance(told, str):
        click.echo(told)
    else:
        _show(told.problems if isinstance(told, InputError) else [told])


def _favoured(cards: Iterable[Scorecard]) -> Iterator[Problem]:
    """Where missing data raises a total: a warning with both figures."""
    return (Problem(card.favoured, card.case.document.path, severity="warning") for card in cards if card.favoured)


def _print(found: list[Any], form: str, heads: Sequence[str] = ()) -> None:
    """Records, frames or rows, as each form of output takes them."""
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif form == "csv":
        import pandas as pd

        from .tables import csv_text

        click.echo(csv_text(pd.concat(found, ignore_index=True)), nl=False)
    else:
        click.echo(terminal.table(heads, found))


@cli.command("list")
@click.argument("paths", nargs=-1, type=_PATH, metavar="[路径…]")
def list_cases(paths: tuple[Path, ...]) -> None:
    """列出案例：编号、类型、单位、年度、指标体系。"""
    cases = _each(paths or (Path("params/cases"),))
    rows = [(c.id, KINDS[c.kind], c.unit, c.year, c.rubric.name if c.rubric else DASH) for c in cases]
    click.echo(terminal.table(["案例", "类型", "单位", "年度", "指标体系"], rows))


@cli.command()
@_PATHS
@click.option("--delivery", is_flag=True, help="另列出报告交付之前还空着的：封面、各章文字、佐证、失分原因、改进措施")
def check(paths: tuple[Path, ...], delivery: bool) -> None:
    """检查案例文件：读取、核对、列出全部问题，不运行任何东西。"""
    from .scoring.scorecard import scorecards

    number, readings, warnings = 0, dict[str, None](), list[Problem]()

    def read(case: Case) -> None:
        readings.update(dict.fromkeys(terminal.printed_standards(case)))
        warnings.extend(case.warnings)  # also those of one that cannot be scored
        warnings.extend(_favoured(scorecards([case])))

    try:
        for case in _each(paths, read):
            number += 1
            if delivery:
                from .report.delivery import lacking

                for text in lacking(case):
                    click.echo(f"交付前：{case.id} {text}")
    finally:
        _show(warnings)
    for text in readings:
        click.echo(text)
    click.echo(f"{number}个案例，没有错误。")


@cli.command()
@_PATHS
@_FORMAT
def score(paths: tuple[Path, ...], form: str) -> None:
    """按评分标准计分；监控和部门汇总案例没有得分，跳过。"""
    from .cases.loading import TOGETHER
    from .scoring.scorecard import Scorecard, scorecards

    made: Callable[[Scorecard], Any] = {"table": score_row, "csv": score_frame, "json": Scorecard.to_dict}[form]
    found: list[Any] = []
    each = _each(paths)
    while cases := list(islice(each, TOGETHER)):
        cards = scorecards(cases)
        _show(_favoured(cards))
        found += map(made, cards)
    if not found:
        instead = "部门汇总自己没有得分，请用 perfkit score 或 perfkit monitor 看同一文件夹里它的所属单位"
        raise PerfkitError(f"没有可评分的案例；监控案例请用 perfkit monitor；{instead}")
    _print(found, form, terminal.SCORES)


@cli.command()
@click.argument("text", metavar="评分标准")
@click.option("--weight", required=True, type=click.FloatRange(0), metavar="分值", help="指标的分值")
@click.option("--name", default="", metavar="指标名", help="指标名称；有助于分辨比率和数量")
@click.option("--actual", metavar="完成值", help="实际完成值，如 93%")
@click.option("--target", metavar="目标值", help="目标值，如 ≥24次")
@click.option("--last", metavar="上年值", help="上年值，用于变动率")
@click.option("--count", metavar="个数", help="发现（或缺少）的个数；几种扣分依次写，如 2,1")
@click.option("--items", metavar="是,否", help="各要素是否满足，如 是,否,是")
@click.option("--met", metavar="是/否", help="是否达到要求")
@click.option("--level", metavar="等次", help="等次，如 良")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出格式")
def rule(text: str, weight: float, name: str, form: str, items: str | None, **facts: Any) -> None:
    """读懂一条印出的评分标准，按它计分。"""
    from .rubrics.standards import read_standard

    read = read_standard(text, weight=weight, name=name)
    facts["items"] = re.split("[,，、]", items) if items else None
    points = read.points(**facts) if any(value is not None for value in facts.values()) else []
    if form == "json":
        click.echo(json.dumps(read.to_dict(points), ensure_ascii=False, indent=2))
    else:
        click.echo(terminal.rule_text(read, points))


@cli.command()
@_PATHS
@_FORMAT
def monitor(paths: tuple[Path, ...], form: str) -> None:
    """绩效运行监控：资金、进度、亮灯、能否完成；其他类型的案例跳过。"""
    from .monitoring import Monitor

    made: Callable[[Monitor], Any] = {"table": monitor_row, "csv": monitor_frame, "json": Monitor.to_dict}[form]
    found = [made(Monitor(case)) for case in _each(paths) if case.kind == "monitoring"]
    if not found:
        raise PerfkitError("没有监控案例（kind: monitoring）")
    _print(found, form, terminal.MONITORS)


@cli.command()
@_PATHS
@_FORMAT
@click.option("--severity", type=_SEVERITY, default="info", show_default=True, help=f"只列这一级及更重的：{_GRAVE}")
@click.option("--summary", type=_PATH, help="另写一张汇总表（.csv 或 .xlsx），一份文件一行")
@_PROFILE
def audit(paths: tuple[Path, ...], form: str, severity: Severity, summary: Path | None, profile: str) -> int:
    """数据核验：印出的每个数按所列的数和评分标准复算，差异按影响分开；有错误时退出状态为1，有文件读不出为2。

    案例、填好的表（.xlsx、.xls、.csv、网页）、Word 和 PDF 报告、文件夹都可以。
    """
    from .documents.auditing import audit_paths, write_summary
    from .documents.loading import find_documents
    from .run.progress import Progress

    with Progress("核验", len(find_documents(paths)), brief=True) as progress:
        audited = audit_paths(paths, profile, after=progress.update)
    found: list[Findings] = [findings for _, own in audited for findings in own]
    for item, _ in audited:
        _show(item.warnings)
        if item.line:
            click.echo(f"读取：{item.line}", err=True)
    problems = [problem for item, _ in audited for problem in item.problems]
    _show(problems)
    if summary:
        write_summary(audited, summary)
        click.echo(f"已写出 {summary.as_posix()}。", err=True)
    if not found:
        return 2
    shown = [findings.at_least(severity) for findings in found]
    if form == "table":
        click.echo("\n\n".join("\n".join(terminal.audit_lines(item)) for item in shown))
    else:
        _print([item.to_dict() if form == "json" else item.table for item in shown], form)
    return 2 if problems else int(any(findings.has_errors for findings in found))


def _shard(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    part, _, parts = value.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise click.BadParameter(f"“{value}”应写成 i/n，如 1/10，i 从1到n")
    return int(part), int(parts)


def _formats(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    from .run.jobs import FORMATS

    wanted = [part.strip() for part in value.split(",")]
    if strange := [part for part in wanted if part not in FORMATS]:
        raise click.BadParameter(f"没有“{strange[0]}”这种格式；应是 {'、'.join(FORMATS)} 中的几种，用逗号分开")
    return tuple(form for form in FORMATS if form in wanted)


def _formats_of(known: str) -> Callable[[Any], Any]:
    return click.option("--format", "formats", callback=_formats, default="html", metavar="格式", help=known)


@cli.command()
@_PATHS
@_OUT
@_formats_of("html,docx,xlsx 中的几种；html 总有")
@click.option("--copy", type=_COPIES, default="internal", show_default=True, help=_COPY_HELP)
@click.option("--template", type=_FILE, help="Word 模板（.docx）；默认 params/templates/report.docx")
@click.option("-j", "--jobs", "workers", type=click.IntRange(1), help="同时运行的份数；默认按核数、内存、可打开文件数")
@click.option("--resume", is_flag=True, help="接着上次没做完的做；已失败的不再试")
@click.option("--only-failed", is_flag=True, help="只做上次失败的")
@click.option("--force", is_flag=True, help="已完成且没有改动的也重做")
@click.option("--only", multiple=True, metavar="编号", help="只做这个案例；可以多次使用")
@click.option("--shard", callback=_shard, default="1/1", metavar="i/n", help="只做第i个起每n个中的一个；用于多台机器")
@click.option("--limit", type=click.IntRange(1), help="只做前几份")
@click.option("--timeout", "seconds", default=600, show_default=True, type=click.IntRange(1), help="每份限时（秒）")
@click.option("--retries", default=0, show_default=True, type=click.IntRange(0), help="失败后再试的次数")
@click.option("--engine", type=click.Choice(["process", "dask"]), default="process", help="本机多进程，或集群")
@_PROJECT
@click.option("--scheduler", metavar="地址", help="dask 调度器，如 tcp://10.0.0.1:8786；不写则在本机起一个")
@click.option("--log-json", "json", is_flag=True, help="进度改为每行一个 JSON")
@click.option("--dry-run", is_flag=True, help="只列出要做的报告，不运行")
@click.option("--portfolio", "many", is_flag=True, help="不做各单位的报告，只做一页多单位比较，同 perfkit portfolio")
def run(
    paths: tuple[Path, ...],
    out: Path,
    workers: int | None,
    resume: bool,
    only_failed: bool,
    force: bool,
    dry_run: bool,
    formats: tuple[str, ...],
    copy: str,
    template: Path | None,
    many: bool,
    **given: Any,
) -> int:
    """生成报告：先算完全部得分，再逐份运行笔记本，写出 HTML；没有改动且已完成的跳过。

    路径可以是案例，也可以是填好的表、Word 或 PDF 报告：先写成案例，放在输出文件夹的 cases 里。
    """
    # `given` holds the options that go to `Options` as they are
    if many:
        context = click.get_current_context()
        own = ("paths", "many", "out", "formats", "project")
        others = [each for each in context.command.params if each.name and each.name not in own]
        typed = [each.opts[-1] for each in others if context.get_parameter_source(str(each.name)) == _TYPED]
        if len(paths) != 1 or typed:
            more = f"；不用 {'、'.join(typed)}" if typed else ""
            raise click.UsageError(f"--portfolio 只接一个文件夹，另可用 --out、--format、--project{more}")
        status: int = context.invoke(portfolio, source=paths[0], out=out, formats=formats, project=given["project"])
        return status
    if given["scheduler"] and given["engine"] != "dask":
        raise click.UsageError("--scheduler 只用于 --engine dask")
    if resume + only_failed + force > 1:
        raise click.UsageError("--resume、--only-failed、--force 只能用其中一个")
    from .run.process import open_standard_error, server

    open_standard_error()
    if given["engine"] == "process" and not dry_run:
        known = len(paths) if all(path.suffix in (".yaml", ".yml") for path in paths) else math.inf
        # It imports what reports need while this process imports what it needs, and reads the cases.
        server(min(known, given["limit"] or known, len(given["only"]) or known))
    from .documents.importing import cases_of
    from .run import batch
    from .run.jobs import Options, Wanted
    from .run.machine import most_workers
    from .run.plan import find_template
    from .run.progress import warn

    paths = tuple(cases_of(paths, out / "cases", _tell))
    most, reason = most_workers()
    if workers and workers > most:
        warn(f"同时运行的份数由{workers}减为{most}：受{reason}限制。", json=given["json"])
    options = Options(
        which="unfinished" if resume else "failed" if only_failed else "all" if force else "due",
        workers=min(workers or most, most),
        wanted=Wanted(formats, copy, (template or find_template(given["project"])) if "docx" in formats else None),
        **given,
    )
    if dry_run:
        click.echo(terminal.job_list(*batch.preview(paths, out, options)))
        return 0
    try:
        result = batch.run(paths, out, options)
    except PerfkitError:
        if options.json:  # then it has been said
            return 2
        raise
    click.echo(terminal.summary(result))
    return 0 if result.ok else 1


@cli.command()
@click.argument("source", type=_FOLDER, metavar="文件夹或文件")
@_OUT
@_formats_of("html,docx；html 和工作簿总有")
@_PROJECT
def portfolio(source: Path, out: Path, formats: tuple[str, ...], project: Path | None) -> int:
    """多单位比较：排名、分级、共性问题、执行与绩效、核验，一页报告和一个工作簿。

    给案例文件夹、已生成的报告文件夹，或单位汇总表、一批填好的表和报告：先写成案例，放在输出文件夹的 cases 里。
    """
    from .documents.importing import with_cases
    from .run.jobs import Wanted
    from .run.plan import find_notebooks, find_template
    from .run.portfolio import make_portfolio

    source = with_cases(source, out / "cases" / source.stem, _tell)

    # its workbook is made in any case, and is not that of a scored case
    wanted = Wanted(tuple(form for form in formats if form == "docx"), template=find_template(project))
    folder, made = make_portfolio(source, out, find_notebooks(project), wanted)
    _show(made.faulty)
    click.echo(f"完成。目录：{folder.as_posix()}（report.html、portfolio.xlsx）")
    return 2 if made.faulty else 0


@cli.command()
@_PATHS
@_OUTPUT
@_PROFILE
def cycle(paths: tuple[Path, ...], output: Path | None, profile: str) -> int:
    """单位的全过程：申报、监控、自评、评价、整改逐步对照，指标值、结果、资金对不对得上，上年问题改了没有。

    几个单位的资料放在一起时，一个单位一章。
    """
    from .auditing.cycle import cycles
    from .report.audited import cycles as chapters

    cases, problems = _read(paths, profile)
    units = cycles(cases)
    name = units[0].unit if len(units) == 1 else f"{len(units)}个单位"
    _show_blocks(chapters(units), f"{name}　预算绩效管理全过程", output)
    return 2 if problems else 0


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[jupyter lab 的选项…]")
def lab(options: tuple[str, ...]) -> None:
    """打开 JupyterLab 里的 notebooks/explore.ipynb，从那里开始；装了中文语言包就用中文界面。"""
    from .run.lab import open_lab

    open_lab(options)


@cli.command()
@click.argument("kind", metavar="类型")
@click.argument("name", metavar="名称")
@click.option("--rubric", default="", metavar="指标体系", help=_RUBRIC_HELP)
@click.option("--unit", default="", metavar="单位名", help="单位名称")
@click.option("--year", type=_YEARS, help="年度")
@click.option("--format", "form", type=click.Choice(["yaml", "xlsx"]), default="yaml", help="YAML，或填写用的工作簿")
@click.option("--from", "source", type=_PATH, help="整改跟踪：上年度的案例，问题和建议由它列出")
def new(kind: str, name: str, source: Path | None, **given: Any) -> None:
    """新建案例样板，写到 params/cases/ 下。

    类型：{kinds}，中英文都可以；名称如 某单位-2024。
    table 是一行一个单位的数据表，要写 --rubric。
    """
    from .cases.samples import new_case, write_new

    if source:
        from .cases.loading import load_case
        from .report.stated import follow_up
        from .scoring.scorecard import score as score_case

        if kind not in ("rectification", KINDS["rectification"]):
            raise PerfkitError(f"--from 只用于{KINDS['rectification']}（rectification）")
        paths = [write_new(follow_up(score_case(load_case(source))), name, given["form"])]
    else:
        paths = new_case(kind, name, **given)
    written = "、".join(path.as_posix() for path in paths)
    click.echo(f"已写出 {written}；填好后用 perfkit check 检查，perfkit run 生成报告。")


new.help = str(new.help).format(kinds="、".join(f"{kind} {name}" for kind, name in KINDS.items()))


@cli.command()
@click.argument("source", type=_PATH, metavar="案例")
@click.argument("changes", nargs=-1, required=True, metavar="指标=值…")
def what(source: Path, changes: tuple[str, ...]) -> None:
    """假如几处数不同，得几分：前后的总分、等级和变了的指标；案例文件不动。

    如 perfkit what 某单位.yaml 培训人数=200人 满意度.target=≥95% 制度健全性.items=是,否,是 budget.final=500万元；
    指标名.weight 改分值。
    """
    from .cases.loading import load_case
    from .report.differing import what_if
    from .scoring.scorecard import score as score_case

    given: dict[str, Any] = {}
    for text in changes:
        name, equals, value = text.partition("=")
        if not equals:
            raise PerfkitError(f"“{text}”没有写值；写成 指标=值、指标.字段=值 或 budget.final=500万元")
        given[name] = re.split("[,，、]", value) if name.endswith(".items") else value
    card = score_case(load_case(source))
    click.echo(terminal.block_text(what_if(card, card.what_if(given))))


@cli.command()
@click.argument("old", type=_PATH, metavar="原来的")
@click.argument("new", type=_PATH, metavar="现在的")
@_OUTPUT
@_PROFILE
def diff(old: Path, new: Path, output: Path | None, profile: str) -> None:
    """两稿之间变了什么：事实、分值、评分标准、得分、等级、资金、文字，按对总分的影响排列。

    案例、工作簿、填好的表、Word 和 PDF 报告都可以。
    """
    from .cases.loading import is_case_file
    from .report.differing import difference
    from .scoring.scorecard import scorecards

    cases: list[Case] = []
    for path in (old, new):
        read, _ = _read([path], profile)
        if len(read) != 1:
            raise PerfkitError(f"{path.as_posix()} 里有{len(read)}个案例；对照的每一份里应有一个")
        cases += read
    _show(_favoured(scorecards(cases)))
    found = difference(*cases, stated=not all(map(is_case_file, (old, new))))
    _show_blocks(found, f"{cases[1].unit}　两稿对照", output)


def _show_blocks(body: Block, title: str, target: Path | None) -> None:
    """Blocks on the terminal; before that as a file where one is wanted."""
    if target:
        from .files import write_as
        from .report.blocks import Heading, group
        from .report.html import page
        from .report.word import document
        from .run.plan import find_template

        whole = group(Heading(title, 1), body)
        word = partial(document, [whole], find_template(), title=title)
        write_as(target, {".html": lambda: page(whole, title), ".docx": word})
    click.echo(terminal.block_text(body).strip())


@cli.command()
@click.argument("source", type=_PATH, metavar="案例")
@click.argument("target", type=_PATH, metavar="写成")
def convert(source: Path, target: Path) -> None:
    """案例在 YAML 和工作簿之间转换，不丢内容：perfkit convert 某单位.yaml 某单位.xlsx，或反过来。"""
    from .cases.samples import convert as convert_case

    convert_case(source, target)
    click.echo(f"已写出 {target.as_posix()}。")


@cli.command("import")
@click.argument("sources", nargs=-1, required=True, type=_PATH, metavar="文件或文件夹…")
@click.option("-o", "--output", required=True, type=_PATH, help="写出的案例文件（.yaml）或文件夹")
@click.option("--year", type=_YEARS, help="文件里没有年度时的年度")
@click.option("--force", is_flag=True, help="已有的案例文件整个换掉，不保留手工添加的内容")
@_PROFILE
def import_documents(sources: tuple[Path, ...], output: Path, year: int | None, profile: str, force: bool) -> int:
    """把表、Word 或 PDF 报告写成案例，写到 rubrics 文件夹里的写成指标体系；已有的只更新。"""
    from .documents.importing import import_paths

    failed = False
    for told in import_paths(sources, output, year=year, profile=profile, force=force):
        failed = failed or isinstance(told, InputError)
        _tell(told)
    return 2 if failed else 0


@cli.command()
def forms() -> None:
    """列出认得的表式；用词在 params/forms，可以增加。"""
    from .documents.words import load_families
    from .rubrics.rubric import find_library

    for family in load_families(find_library(Path("params/forms"))):
        click.echo(f"{family.title}：")
        for layout in family.layouts:
            click.echo(f"  {layout}")


def _usage(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.MissingParameter) and error.param and error.ctx:
        return f"缺少参数 {error.param.make_metavar(error.ctx)}"
    if isinstance(error, click.BadParameter) and error.param:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.metavar
        return f"参数 {name} 的值不对：{error.message}"
    return error.format_message()


for _command in cli.commands.values():
    _command.options_metavar = "[选项]"


def _spell(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the terminal's encoding lacks: GBK knows no minus sign (U+2212)."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].translate({0x2212: "-"}).encode("ascii", "replace").decode(), error.end


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status; whatever the encoding of its output, no verb fails for it."""
    codecs.register_error("perfkit", _spell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="perfkit")
    status = run_cli(arguments)
    exec("")  # under -m, Python would end by the signal if Ctrl-C met an exec (each dataclass is one), caught or not
    sys.exit(status)


def run_cli(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        result = cli.main(args=arguments, prog_name="perfkit", standalone_mode=False)
    except PerfkitError as error:
        _show(error.problems if isinstance(error, InputError) else [Problem(str(error))])
        return 2
    except OSError as error:
        click.echo(f"错误：{error.filename or '系统'}：{reason(error)}", err=True)
        return 2
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        click.echo(f"错误：{_usage(error)}；用 perfkit --help 查看用法", err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("已中断。", err=True)
        return 1
    return result if isinstance(result, int) else 0
