// SPDX-License-Identifier: GPL-2.0-only
//
// The only C++ of the project: registers the plugin and lowers Clang's AST and
// CFG to the model. It decides nothing about the GUP API; it never changes the
// AST, the diagnostics state or the code that is generated.
//
#include "gupcheck.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include "clang/Analysis/CFG.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Basic/Version.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace clang;

namespace {

// Any 64-bit number as the model keeps it: getExtValue() asserts on large unsigned ones.
int64_t number(const llvm::APSInt &V)
{
	return V.isSigned() ? V.getSExtValue() : static_cast<int64_t>(V.getZExtValue());
}

// What was asked for cannot be done: the compiler fails, and says so.
void refuse(const CompilerInstance &CI, const std::string &Text)
{
	DiagnosticsEngine &D = CI.getDiagnostics();
	D.Report(D.getCustomDiagID(DiagnosticsEngine::Error, "gupcheck: %0")) << Text;
}

// Types, positions and spellings: what needs only the context.
struct Translate {
	ASTContext &Ctx;
	SourceManager &SM;
	gup_model *Model;

	Translate(ASTContext &C, gup_model *M) : Ctx(C), SM(C.getSourceManager()), Model(M) {}

	unsigned pageDepth(QualType T) const
	{
		unsigned Depth = 0;
		while (T->isAnyPointerType()) {
			T = T->getPointeeType();
			Depth++;
		}
		const RecordType *R = T->getAs<RecordType>();
		std::string Name = R ? R->getDecl()->getNameAsString() : "";
		return Name == "page" || Name == "folio" ? Depth : 0;
	}

	gup_type type(QualType T) const
	{
		gup_type R = {};
		T = T.getCanonicalType();
		if (T->isArrayType())
			T = Ctx.getArrayDecayedType(T);
		if (T->isAnyPointerType()) {
			R.is_pointer = true;
			R.width = Ctx.getTypeSize(T);
			R.page_depth = pageDepth(T);
			QualType P = T->getPointeeType();
			if (!P->isIncompleteType() && !P->isFunctionType() && !P->isVariableArrayType())
				R.elem_size = Ctx.getTypeSizeInChars(P).getQuantity();
			return R;
		}
		if (!T->isIntegralOrEnumerationType() || T->isIncompleteType())
			return R;
		uint64_t Width = Ctx.getTypeSize(T);
		if (Width > 64)
			return R;
		R.width = Width;
		R.is_bool = T->isBooleanType();
		R.is_signed = T->isSignedIntegerOrEnumerationType();
		return R;
	}

	// What a constant is called in the source: FOLL_WRITE, true; NULL for a bare number.
	const char *constantName(const Stmt *S) const
	{
		if (auto *D = dyn_cast<DeclRefExpr>(S))
			return name(D->getDecl());
		if (S->getBeginLoc().isMacroID())
			return copy(Lexer::getImmediateMacroName(S->getBeginLoc(), SM, Ctx.getLangOpts()));
		for (const Stmt *C : S->children())
			if (const char *Name = C ? constantName(C) : nullptr)
				return Name;
		return nullptr;
	}

	gup_pos pos(SourceLocation L) const
	{
		gup_pos P = {};
		if (L.isInvalid())
			return P;
		if (L.isMacroID() && !SM.isMacroArgExpansion(L)) {
			SourceLocation Outer = L;
			while (SM.getImmediateMacroCallerLoc(Outer).isMacroID())
				Outer = SM.getImmediateMacroCallerLoc(Outer);
			P.macro = copy(Lexer::getImmediateMacroName(Outer, SM, Ctx.getLangOpts()));
			PresumedLoc Body = SM.getPresumedLoc(SM.getSpellingLoc(L));
			// A token that was pasted together stands in no file.
			if (Body.isValid() && Body.getFilename()[0] != '<') {
				P.body_file = copy(Body.getFilename());
				P.body_line = Body.getLine();
			}
		}
		SourceLocation F = SM.getFileLoc(L);
		PresumedLoc PL = SM.getPresumedLoc(F);
		if (PL.isInvalid())
			return P;
		P.file = copy(PL.getFilename());
		P.line = PL.getLine();
		P.column = PL.getColumn();
		P.raw = F.getRawEncoding();
		return P;
	}

	const char *text(const Stmt *S) const
	{
		CharSourceRange R = CharSourceRange::getTokenRange(S->getSourceRange());
		CharSourceRange File = Lexer::makeFileCharRange(R, SM, Ctx.getLangOpts());
		if (File.isInvalid())
			File = Lexer::getAsCharRange(SM.getExpansionRange(S->getSourceRange()), SM,
						     Ctx.getLangOpts());
		StringRef Raw = Lexer::getSourceText(File, SM, Ctx.getLangOpts());
		return model_shorten(Model, Raw.data(), Raw.size());
	}

	const char *copy(StringRef Text) const { return arena_strdup(&Model->arena, Text.str().c_str()); }
	const char *name(const NamedDecl *D) const { return copy(D->getNameAsString()); }

	// The structure that a type is or points to, however often.
	static const RecordDecl *record(QualType T)
	{
		while (T->isAnyPointerType() || T->isArrayType())
			T = T->isArrayType() ? QualType(T->getPointeeOrArrayElementType(), 0) :
					       T->getPointeeType();
		const RecordType *R = T->getAs<RecordType>();
		return R ? R->getDecl() : nullptr;
	}

	// A member of an anonymous structure is a member of the one around it.
	const char *recordName(const FieldDecl *D) const
	{
		const RecordDecl *Outer = D->getParent();
		while (Outer->isAnonymousStructOrUnion() && isa<RecordDecl>(Outer->getDeclContext()))
			Outer = cast<RecordDecl>(Outer->getDeclContext());
		return name(Outer);
	}

	// `.field = function`, written as an initializer or as an assignment.
	void slot(const FieldDecl *D, const Expr *Value) const
	{
		auto *R = dyn_cast<DeclRefExpr>(Value->IgnoreParenCasts()->IgnoreUnlessSpelledInSource());
		auto *F = R ? dyn_cast<FunctionDecl>(R->getDecl()) : nullptr;
		if (F)
			model_add_slot(Model, { recordName(D), name(D), name(F), !F->isExternallyVisible(),
						pos(Value->getBeginLoc()) });
	}

	// All slots of an initializer; an array's elements go to the field that it is.
	void slots(const FieldDecl *D, const Expr *Value) const
	{
		if (auto *List = dyn_cast<InitListExpr>(Value))
			for (auto &Init : members(List))
				slots(Init.first ? Init.first : D, Init.second);
		else if (D)
			slot(D, Value);
	}

	// What an initializer gives to which member; of an array, to no member.
	static std::vector<std::pair<const FieldDecl *, const Expr *>> members(const InitListExpr *List)
	{
		std::vector<std::pair<const FieldDecl *, const Expr *>> Result;
		const RecordType *R = List->getType()->getAs<RecordType>();
		unsigned I = 0, Count = List->getNumInits();
		if (R && R->getDecl()->isUnion()) {
			if (List->getInitializedFieldInUnion() && Count)
				Result.push_back({ List->getInitializedFieldInUnion(), List->getInit(0) });
		} else if (R) {
			for (const FieldDecl *D : R->getDecl()->fields())
				if (I < Count && !(D->isBitField() && D->getName().empty()))
					Result.push_back({ D, List->getInit(I++) });
		} else {
			for (; I < Count; I++)
				Result.push_back({ nullptr, List->getInit(I) });
		}
		return Result;
	}
};

// Lowers one function.
class FunctionLowering {
	Translate &T;
	ASTContext &Ctx;
	gup_model *M;
	gup_function *F;
	gup_block *Block = nullptr;
	llvm::DenseMap<const VarDecl *, int> Vars;
	llvm::DenseMap<const Expr *, int> Temps;
	// An arm of ?: or the right side of && and ||, and the temporary it sets.
	std::map<const Stmt *, std::vector<std::pair<int, bool>>> Feeds;
	llvm::DenseSet<const Stmt *> Discarded;
	bool HasCleanup = false;
	unsigned Depth = 0;

public:
	FunctionLowering(Translate &Tr, gup_function *Fn) : T(Tr), Ctx(Tr.Ctx), M(Tr.Model), F(Fn) {}

	void run(const FunctionDecl *D)
	{
		F->pos = T.pos(D->getLocation());
		F->end = T.pos(D->getBody()->getEndLoc());
		F->is_static = D->getStorageClass() == SC_Static;
		F->variadic = D->isVariadic();
		F->returns = T.type(D->getReturnType());
		for (const ParmVarDecl *P : D->parameters())
			variable(P);
		F->nr_params = F->nr_vars;
		prepare(D->getBody());
		CFG::BuildOptions Options;
		Options.setAllAlwaysAdd();
		// Every clang knows the end of a scope; only the newer ones its cleanup.
		Options.AddLifetime = HasCleanup;
		std::unique_ptr<CFG> Graph = CFG::buildCFG(D, D->getBody(), &Ctx, Options);
		if (!Graph) {
			F->incomplete = "clang builds no control flow graph for it";
			return;
		}
		if (uint64_t(Graph->getNumBlockIDs()) * F->nr_vars > MODEL_TOO_LARGE) {
			F->incomplete = "the function is too large";
			return;
		}
		model_set_blocks(M, F, Graph->getNumBlockIDs());
		F->entry = Graph->getEntry().getBlockID();
		F->exit = Graph->getExit().getBlockID();
		for (const CFGBlock *B : *Graph)
			lowerBlock(*B);
	}

private:
	int variable(const VarDecl *V)
	{
		auto It = Vars.find(V);
		if (It != Vars.end())
			return It->second;
		gup_var G = {};
		G.name = T.name(V);
		if (const RecordDecl *R = Translate::record(V->getType()))
			G.record = T.name(R);
		G.kind = isa<ParmVarDecl>(V) ? VAR_PARAM : V->hasGlobalStorage() ? VAR_GLOBAL : VAR_LOCAL;
		G.type = T.type(V->getType());
		G.is_object = V->getType()->isArrayType() || V->getType()->isRecordType();
		G.is_static = V->hasGlobalStorage() && !V->isExternallyVisible();
		return Vars[V] = model_add_var(M, F, G);
	}

	int temporary(const Expr *E)
	{
		auto It = Temps.find(E);
		if (It != Temps.end())
			return It->second;
		gup_var G = {};
		G.kind = VAR_TEMP, G.type = T.type(E->getType());
		return Temps[E] = model_add_var(M, F, G);
	}

	// Finds the arms that feed a temporary and the calls whose result is dropped.
	void prepare(const Stmt *S)
	{
		if (!S)
			return;
		if (auto *C = dyn_cast<AbstractConditionalOperator>(S)) {
			int Temp = temporary(C);
			if (isa<ConditionalOperator>(C))
				Feeds[C->getTrueExpr()->IgnoreParens()].push_back({ Temp, false });
			Feeds[C->getFalseExpr()->IgnoreParens()].push_back({ Temp, false });
		} else if (auto *B = dyn_cast<BinaryOperator>(S)) {
			if (B->isLogicalOp())
				Feeds[B->getRHS()->IgnoreParens()].push_back({ temporary(B), true });
		} else if (auto *U = dyn_cast<UnaryOperator>(S)) {
			if (U->getOpcode() == UO_AddrOf)
				if (auto *D = dyn_cast<DeclRefExpr>(U->getSubExpr()->IgnoreParens()))
					if (auto *V = dyn_cast<VarDecl>(D->getDecl())) {
						int Id = variable(V); // may move F->vars
						F->vars[Id].address_taken = true;
					}
		} else if (auto *D = dyn_cast<DeclStmt>(S)) {
			for (const Decl *One : D->decls())
				HasCleanup = HasCleanup || One->hasAttr<CleanupAttr>();
		}
		if (isa<CompoundStmt>(S) || isa<IfStmt>(S) || isa<ForStmt>(S) || isa<WhileStmt>(S) ||
		    isa<DoStmt>(S) || isa<LabelStmt>(S) || isa<SwitchCase>(S))
			for (const Stmt *C : S->children())
				discard(S, C);
		if (auto *SE = dyn_cast<StmtExpr>(S)) {
			prepare(SE->getSubStmt());
			if (!SE->getSubStmt()->body_empty())
				Discarded.erase(stripped(SE->getSubStmt()->body_back()));
			return;
		}
		for (const Stmt *C : S->children())
			prepare(C);
	}

	static const Stmt *stripped(const Stmt *S)
	{
		while (auto *C = dyn_cast_or_null<CastExpr>(S))
			S = C->getSubExpr();
		if (auto *E = dyn_cast_or_null<Expr>(S))
			S = E->IgnoreParenCasts();
		return S;
	}

	void discard(const Stmt *Parent, const Stmt *Child)
	{
		const Stmt *Cond = nullptr;
		if (auto *I = dyn_cast<IfStmt>(Parent)) Cond = I->getCond();
		else if (auto *L = dyn_cast<ForStmt>(Parent)) Cond = L->getCond();
		else if (auto *W = dyn_cast<WhileStmt>(Parent)) Cond = W->getCond();
		else if (auto *D = dyn_cast<DoStmt>(Parent)) Cond = D->getCond();
		if (Child && Child != Cond && isa<Expr>(Child))
			Discarded.insert(stripped(Child));
	}

	const gup_term *unknown(QualType Q) { return term_new(M, TERM_UNKNOWN, T.type(Q)); }

	const gup_term *unary(term_kind K, QualType Q, const gup_term *A, term_op Op = OP_NONE)
	{
		gup_term *R = term_new(M, K, T.type(Q));
		R->a = A;
		R->op = Op;
		return R;
	}

	static term_op binaryOp(BinaryOperatorKind K)
	{
		if (BinaryOperator::isCompoundAssignmentOp(K))
			K = BinaryOperator::getOpForCompoundAssignment(K);
		return BinaryOperator::isLogicalOp(K) ? OP_NONE :
			term_op_of(BinaryOperator::getOpcodeStr(K).str().c_str());
	}

	// The value (or, for an lvalue, the place) that E denotes after its own
	// side effects: those were emitted as events when E's element came by.
	const gup_term *term(const Expr *E)
	{
		if (Depth >= MODEL_MAX_DEPTH)
			return unknown(E->getType());
		Depth++;
		const gup_term *R = denote(E->IgnoreParens());
		Depth--;
		return R;
	}

	const gup_term *denote(const Expr *E)
	{
		QualType Q = E->getType();
		Expr::EvalResult Value;
		if (!E->isGLValue() && Q->isIntegralOrEnumerationType() && !E->isValueDependent() &&
		    !isa<CallExpr>(E) && E->EvaluateAsInt(Value, Ctx) && !Value.HasSideEffects &&
		    Value.Val.getInt().getBitWidth() <= 64) {
			gup_term *R = term_const(M, number(Value.Val.getInt()), T.type(Q));
			R->name = T.constantName(E);
			return R;
		}
		switch (E->getStmtClass()) {
		case Stmt::DeclRefExprClass:
			return reference(cast<DeclRefExpr>(E));
		case Stmt::MemberExprClass:
			return member(cast<MemberExpr>(E));
		case Stmt::ArraySubscriptExprClass: {
			auto *A = cast<ArraySubscriptExpr>(E);
			gup_term *R = term_new(M, TERM_INDEX, T.type(Q));
			R->a = term(A->getBase());
			R->b = term(A->getIdx());
			return R;
		}
		case Stmt::ImplicitCastExprClass: case Stmt::CStyleCastExprClass:
			return castTerm(cast<CastExpr>(E));
		case Stmt::UnaryOperatorClass:
			return unaryTerm(cast<UnaryOperator>(E));
		case Stmt::BinaryOperatorClass: case Stmt::CompoundAssignOperatorClass:
			return binaryTerm(cast<BinaryOperator>(E));
		case Stmt::ConditionalOperatorClass: case Stmt::BinaryConditionalOperatorClass:
			return term_var(M, F, temporary(E));
		case Stmt::CallExprClass:
			return callTerm(cast<CallExpr>(E));
		case Stmt::StmtExprClass: {
			auto *C = cast<StmtExpr>(E)->getSubStmt();
			if (!C->body_empty())
				if (auto *Last = dyn_cast<Expr>(C->body_back()))
					return term(Last);
			return unknown(Q);
		}
		case Stmt::OpaqueValueExprClass:
			if (auto *S = cast<OpaqueValueExpr>(E)->getSourceExpr())
				return term(S);
			return unknown(Q);
		case Stmt::ChooseExprClass:
			return term(cast<ChooseExpr>(E)->getChosenSubExpr());
		case Stmt::GenericSelectionExprClass:
			if (!cast<GenericSelectionExpr>(E)->isResultDependent())
				return term(cast<GenericSelectionExpr>(E)->getResultExpr());
			return unknown(Q);
		case Stmt::ConstantExprClass:
			return term(cast<ConstantExpr>(E)->getSubExpr());
		default: return unknown(Q);
		}
	}

	const gup_term *reference(const DeclRefExpr *E)
	{
		if (auto *V = dyn_cast<VarDecl>(E->getDecl()))
			return term_var(M, F, variable(V));
		if (auto *D = dyn_cast<FunctionDecl>(E->getDecl())) {
			gup_term *R = term_new(M, TERM_FUNCTION, T.type(Ctx.VoidPtrTy));
			R->name = T.name(D);
			return R;
		}
		return unknown(E->getType());
	}

	const gup_term *member(const MemberExpr *E)
	{
		const gup_term *Base = term(E->getBase());
		if (E->isArrow())
			Base = unary(TERM_DEREF, E->getBase()->getType()->getPointeeType(), Base);
		auto *D = dyn_cast<FieldDecl>(E->getMemberDecl());
		if (!D || D->getName().empty())
			return Base;
		gup_term *R = term_new(M, TERM_FIELD, T.type(E->getType()));
		R->a = Base;
		R->name = T.name(D);
		R->record = T.recordName(D);
		return R;
	}

	const gup_term *castTerm(const CastExpr *E)
	{
		const Expr *Sub = E->getSubExpr();
		switch (E->getCastKind()) {
		case CK_LValueToRValue: case CK_NoOp: case CK_FunctionToPointerDecay:
		case CK_BuiltinFnToFnPtr: case CK_ToVoid:
			return term(Sub);
		case CK_ArrayToPointerDecay:
			if (isa<StringLiteral>(Sub->IgnoreParens()))
				return unknown(E->getType());
			return unary(TERM_ADDR, E->getType(), term(Sub));
		case CK_NullToPointer:
			return term_const(M, 0, T.type(E->getType()));
		case CK_IntegralCast: case CK_IntegralToBoolean: case CK_PointerToBoolean:
		case CK_PointerToIntegral: case CK_IntegralToPointer: case CK_BitCast:
			return unary(TERM_CAST, E->getType(), term(Sub));
		default: return unknown(E->getType());
		}
	}

	const gup_term *unaryTerm(const UnaryOperator *E)
	{
		const Expr *Sub = E->getSubExpr();
		switch (E->getOpcode()) {
		case UO_Deref: return unary(TERM_DEREF, E->getType(), term(Sub));
		case UO_AddrOf: return unary(TERM_ADDR, E->getType(), term(Sub));
		case UO_Minus: return unary(TERM_UNARY, E->getType(), term(Sub), OP_NEG);
		case UO_Not: return unary(TERM_UNARY, E->getType(), term(Sub), OP_NOT);
		case UO_LNot: return unary(TERM_UNARY, E->getType(), term(Sub), OP_LNOT);
		case UO_Plus: case UO_Extension: case UO_PreInc: case UO_PreDec:
			return term(Sub);
		case UO_PostInc: case UO_PostDec:
			return term_var(M, F, temporary(E));
		default: return unknown(E->getType());
		}
	}

	const gup_term *binaryTerm(const BinaryOperator *E)
	{
		if (E->isAssignmentOp())
			return term(E->getLHS());
		if (E->getOpcode() == BO_Comma)
			return term(E->getRHS());
		if (E->isLogicalOp())
			return term_var(M, F, temporary(E));
		term_op Op = binaryOp(E->getOpcode());
		if (Op == OP_NONE)
			return unknown(E->getType());
		return term_binary(M, Op, T.type(E->getType()), term(E->getLHS()), term(E->getRHS()));
	}

	static std::string calleeName(const CallExpr *E)
	{
		const FunctionDecl *D = E->getDirectCallee();
		return D ? D->getNameAsString() : std::string();
	}

	const gup_term *callTerm(const CallExpr *E)
	{
		std::string Name = calleeName(E);
		if (Name == "__builtin_expect" || Name == "__builtin_expect_with_probability")
			return term(E->getArg(0));
		if (Name == "__builtin_constant_p")
			return term_const(M, 0, T.type(E->getType()));
		return term_var(M, F, temporary(E));
	}

	void assign(SourceLocation L, const gup_term *Lhs, const gup_term *Rhs, const Stmt *Text)
	{
		gup_event *E = model_add_event(M, Block, EVENT_ASSIGN);
		E->pos = T.pos(L);
		E->lhs = Lhs;
		E->rhs = Rhs;
		E->text = Text ? T.text(Text) : "";
	}

	// A transparent union, as release_pages() has taken since 6.2, is passed as what was put into it.
	const gup_term *argument(const Expr *A)
	{
		if (!A->getType()->isRecordType())
			return term(A);
		if (auto *C = dyn_cast<CompoundLiteralExpr>(A->IgnoreParens()))
			if (auto *I = dyn_cast<InitListExpr>(C->getInitializer()))
				if (A->getType()->isUnionType() && I->getNumInits() == 1)
					return term(I->getInit(0));
		return unknown(A->getType());
	}

	gup_event *addCall(SourceLocation L, const FunctionDecl *Callee, const char *Text, unsigned Count)
	{
		gup_event *Call = model_add_event(M, Block, EVENT_CALL);
		Call->pos = T.pos(L);
		Call->text = Text;
		Call->callee = Callee ? T.name(Callee) : nullptr;
		Call->callee_static = Callee && !Callee->isExternallyVisible();
		Call->nr_args = Count;
		Call->args = static_cast<const gup_term **>(
			arena_alloc(&M->arena, (Count + 1) * sizeof(gup_term *)));
		Call->arg_text = static_cast<const char **>(
			arena_alloc(&M->arena, (Count + 1) * sizeof(char *)));
		return Call;
	}

	void lowerCall(const CallExpr *E)
	{
		std::string Name = calleeName(E);
		if (Name.compare(0, 10, "__builtin_") == 0 && Name.find("mem") == std::string::npos &&
		    Name != "__builtin_unreachable" && Name != "__builtin_trap")
			return;
		int Result = E->getType()->isVoidType() ? -1 : temporary(E);
		std::vector<const gup_term *> Args;
		for (const Expr *A : E->arguments())
			Args.push_back(argument(A));
		const FunctionDecl *D = E->getDirectCallee();
		const gup_term *Target = D ? nullptr : term(E->getCallee());
		gup_event *Call = addCall(E->getBeginLoc(), D, T.text(E), Args.size());
		Call->target = Target;
		Call->result = Result;
		for (size_t I = 0; I < Args.size(); I++) {
			Call->args[I] = Args[I];
			Call->arg_text[I] = T.text(E->getArg(I));
		}
		Call->result_used = !Discarded.count(E);
		Call->noreturn = D && (D->isNoReturn() || Name == "__builtin_unreachable" ||
				       Name == "__builtin_trap");
	}

	// __attribute__((cleanup(f))) is a call f(&variable) where the scope is left.
	void lowerCleanup(const VarDecl *V, const Stmt *Trigger)
	{
		const FunctionDecl *D = V->getAttr<CleanupAttr>()->getFunctionDecl();
		std::string Arg = "&" + V->getNameAsString(), Text = D->getNameAsString() + "(" + Arg + ")";
		gup_event *Call = addCall(isa<CompoundStmt>(Trigger) ? Trigger->getEndLoc() :
					  Trigger->getBeginLoc(), D, T.copy(Text), 1);
		int Id = variable(V);
		F->vars[Id].address_taken = true;
		Call->args[0] = unary(TERM_ADDR, Ctx.getPointerType(V->getType()), term_var(M, F, Id));
		Call->arg_text[0] = T.copy(Arg);
	}

	void lowerAssignment(const BinaryOperator *E)
	{
		const gup_term *Lhs = term(E->getLHS());
		if (E->getType()->isRecordType()) {
			assign(E->getOperatorLoc(), Lhs, term(E->getRHS()), E);
			return;
		}
		if (auto *C = dyn_cast<CompoundAssignOperator>(E)) {
			QualType Wide = C->getComputationLHSType();
			const gup_term *Old = Lhs;
			if (!Ctx.hasSameUnqualifiedType(Wide, E->getType()) && !Wide->isAnyPointerType())
				Old = unary(TERM_CAST, Wide, Lhs);
			const gup_term *New = term_binary(M, binaryOp(C->getOpcode()),
				T.type(C->getComputationResultType()), Old, term(E->getRHS()));
			if (!Ctx.hasSameUnqualifiedType(C->getComputationResultType(), E->getType()))
				New = unary(TERM_CAST, E->getType(), New);
			assign(E->getOperatorLoc(), Lhs, New, E);
			return;
		}
		assign(E->getOperatorLoc(), Lhs, term(E->getRHS()), E);
	}

	void lowerStep(const UnaryOperator *E)
	{
		const gup_term *Place = term(E->getSubExpr());
		gup_type Type = T.type(E->getType());
		gup_type One = Type.is_pointer ? type_int(64, true) : Type;
		if (E->isPostfix())
			assign(E->getOperatorLoc(), term_var(M, F, temporary(E)), Place, nullptr);
		assign(E->getOperatorLoc(), Place,
		       term_binary(M, E->isIncrementOp() ? OP_ADD : OP_SUB, Type, Place,
				   term_const(M, 1, One)), E);
	}

	// `struct x y = { .a = 1 }`: the named members, one assignment each.
	void lowerInitializer(const VarDecl *V, const Expr *Init)
	{
		Init = Init->IgnoreParens();
		const gup_term *Place = term_var(M, F, variable(V));
		auto *List = dyn_cast<InitListExpr>(Init);
		if (!List) {
			assign(V->getLocation(), Place, term(Init), Init);
			return;
		}
		const RecordType *R = V->getType()->getAs<RecordType>();
		if (!R || R->getDecl()->isUnion())
			return;
		for (auto &Init : T.members(List)) {
			const FieldDecl *D = Init.first;
			const Expr *Value = Init.second;
			if (D->getName().empty() || isa<InitListExpr>(Value) || !T.type(D->getType()).width)
				continue;
			gup_term *Field = term_new(M, TERM_FIELD, T.type(D->getType()));
			Field->a = Place;
			Field->name = T.name(D);
			Field->record = T.name(R->getDecl());
			const gup_term *What = isa<ImplicitValueInitExpr>(Value) ?
				term_const(M, 0, T.type(D->getType())) : term(Value);
			assign(V->getLocation(), Field, What, nullptr);
		}
	}

	void lowerStatement(const Stmt *S)
	{
		if (auto *C = dyn_cast<CallExpr>(S)) {
			lowerCall(C);
		} else if (auto *B = dyn_cast<BinaryOperator>(S)) {
			if (B->isAssignmentOp())
				lowerAssignment(B);
		} else if (auto *U = dyn_cast<UnaryOperator>(S)) {
			if (U->isIncrementDecrementOp())
				lowerStep(U);
		} else if (auto *D = dyn_cast<DeclStmt>(S)) {
			for (const Decl *One : D->decls())
				if (auto *V = dyn_cast<VarDecl>(One))
					if (V->getInit() && !V->hasGlobalStorage())
						lowerInitializer(V, V->getInit());
		} else if (auto *R = dyn_cast<ReturnStmt>(S)) {
			lowerReturn(R, R->getRetValue() && !R->getRetValue()->getType()->isRecordType() ?
				    term(R->getRetValue()) : nullptr);
		} else if (auto *A = dyn_cast<GCCAsmStmt>(S)) {
			for (unsigned I = 0; I < A->getNumOutputs(); I++)
				assign(A->getBeginLoc(), term(A->getOutputExpr(I)),
				       unknown(A->getOutputExpr(I)->getType()), nullptr);
		}
		auto It = Feeds.find(S);
		if (It == Feeds.end())
			return;
		const Expr *E = cast<Expr>(S);
		for (auto &Feed : It->second)
			feed(Feed.first, Feed.second, E);
	}

	void feed(int Temp, bool Truth, const Expr *E)
	{
		if (!F->vars[Temp].type.width)
			return;
		const gup_term *Value = term(E);
		if (Truth) {
			gup_type Type = Value->type.width ? Value->type : type_int(32, true);
			Value = term_binary(M, OP_NE, type_int(32, true), Value, term_const(M, 0, Type));
		}
		assign(E->getBeginLoc(), term_var(M, F, Temp), Value, nullptr);
	}

	void lowerReturn(const ReturnStmt *R, const gup_term *Value)
	{
		gup_event *E = model_add_event(M, Block, EVENT_RETURN);
		E->pos = T.pos(R->getBeginLoc());
		E->text = T.text(R);
		E->rhs = Value;
	}

	static const VarDecl *cleanedUp(const CFGElement &E)
	{
		auto L = E.getAs<CFGLifetimeEnds>();
		return L && L->getVarDecl()->hasAttr<CleanupAttr>() ? L->getVarDecl() : nullptr;
	}

	void lowerBlock(const CFGBlock &B)
	{
		Block = &F->blocks[B.getBlockID()];
		bool Cleans = false;
		const ReturnStmt *Return = nullptr;
		const gup_term *Value = nullptr;
		for (const CFGElement &E : B)
			Cleans = Cleans || cleanedUp(E);
		for (const CFGElement &E : B) {
			auto S = E.getAs<CFGStmt>();
			if (const VarDecl *V = cleanedUp(E)) {
				lowerCleanup(V, E.castAs<CFGLifetimeEnds>().getTriggerStmt());
			} else if (S && Cleans && isa<ReturnStmt>(S->getStmt())) {
				// The value is computed first, then the scopes are left.
				Return = cast<ReturnStmt>(S->getStmt());
				Value = keep(Return->getRetValue());
			} else if (S) {
				lowerStatement(S->getStmt());
			}
		}
		if (Return)
			lowerReturn(Return, Value);
		lowerEdges(B);
	}

	// What E is now, whatever becomes of the variables in it.
	const gup_term *keep(const Expr *E)
	{
		if (!E || !T.type(E->getType()).width)
			return nullptr;
		const gup_term *Now = term(E);
		if (Now->kind == TERM_CONST)
			return Now;
		gup_var G = {};
		G.kind = VAR_TEMP, G.type = T.type(E->getType());
		const gup_term *Kept = term_var(M, F, model_add_var(M, F, G));
		assign(E->getBeginLoc(), Kept, Now, E);
		return Kept;
	}

	static bool target(const CFGBlock::AdjacentBlock &A, int &Id)
	{
		if (!A.getReachableBlock())
			return false;
		Id = A.getReachableBlock()->getBlockID();
		return true;
	}

	void edge(edge_kind Kind, int Target, int64_t Low = 0, int64_t High = 0)
	{
		model_add_edge(M, Block, gup_edge{ Kind, Target, Low, High });
	}

	void setCondition(const Expr *Cond)
	{
		Block->cond = term(Cond);
		Block->cond_text = T.text(Cond);
		Block->cond_pos = T.pos(Cond->getBeginLoc());
	}

	void lowerEdges(const CFGBlock &B)
	{
		const Stmt *Term = B.getTerminatorStmt();
		int Id = 0;
		if (Term)
			if (auto *L = dyn_cast<BinaryOperator>(Term))
				if (L->isLogicalOp())
					assign(L->getOperatorLoc(), term_var(M, F, temporary(L)),
					       term_const(M, L->getOpcode() == BO_LOr, type_int(32, true)),
					       nullptr);
		if (Term && isa<BinaryConditionalOperator>(Term)) {
			auto *C = cast<BinaryConditionalOperator>(Term);
			if (T.type(C->getType()).width)
				assign(C->getBeginLoc(), term_var(M, F, temporary(C)),
				       term(C->getCommon()), nullptr);
		}
		if (Term && isa<SwitchStmt>(Term)) {
			lowerSwitch(B, cast<SwitchStmt>(Term));
			return;
		}
		const Expr *Cond = B.succ_size() == 2 ? B.getLastCondition() : nullptr;
		if (!Cond && B.succ_size() == 2)
			Cond = dyn_cast_or_null<Expr>(B.getTerminatorCondition());
		int Reachable = 0;
		for (auto &S : B.succs())
			Reachable += target(S, Id);
		if (Reachable == 1) {
			edge(EDGE_ALWAYS, Id);
		} else if (Cond && Reachable == 2 && T.type(Cond->getType()).width) {
			setCondition(Cond);
			bool First = true;
			for (auto &S : B.succs()) {
				target(S, Id);
				edge(First ? EDGE_TRUE : EDGE_FALSE, Id);
				First = false;
			}
		} else {
			// asm goto, computed goto: any of them, nothing is learnt.
			for (auto &S : B.succs())
				if (target(S, Id))
					edge(EDGE_UNKNOWN, Id);
		}
	}

	void lowerSwitch(const CFGBlock &B, const SwitchStmt *S)
	{
		setCondition(S->getCond());
		for (auto &Succ : B.succs()) {
			int Id = 0;
			if (!target(Succ, Id))
				continue;
			const Stmt *Label = Succ.getReachableBlock()->getLabel();
			bool Known = false;
			// Labels that stand on one statement share the block of the innermost.
			while (auto *C = dyn_cast_or_null<CaseStmt>(Label)) {
				int64_t Low = number(C->getLHS()->EvaluateKnownConstInt(Ctx));
				int64_t High = C->getRHS() ?
					number(C->getRHS()->EvaluateKnownConstInt(Ctx)) : Low;
				edge(EDGE_CASE, Id, Low, High);
				Known = true;
				Label = isa<SwitchCase>(C->getSubStmt()) ? C->getSubStmt() : nullptr;
			}
			if (!Known)
				edge(EDGE_DEFAULT, Id);
		}
	}
};

// One translation unit.
class Consumer : public ASTConsumer {
	CompilerInstance &CI;
	gup_session *Session;
	gup_options Options;

public:
	Consumer(CompilerInstance &C, gup_session *S, const gup_options &O) : CI(C), Session(S), Options(O) {}
	~Consumer() override { gup_close(Session); }

	void HandleTranslationUnit(ASTContext &Ctx) override
	{
		bool Worth = !CI.getDiagnostics().hasErrorOccurred() && worthLowering(Ctx);
		if (CI.getDiagnostics().hasErrorOccurred() || (!Worth && !Options.facts))
			return;
		SourceManager &SM = Ctx.getSourceManager();
		PresumedLoc Main = SM.getPresumedLoc(SM.getLocForStartOfFile(SM.getMainFileID()));
		gup_model *Model = model_new(Main.isValid() ? Main.getFilename() : "");
		Translate T(Ctx, Model);
		Model->target = T.copy(Ctx.getTargetInfo().getTriple().str());
		if (Worth)
			lower(Ctx, T);
		gup_host Host = { this, report };
		if (gup_check(Session, Model, &Host) < 0)
			refuse(CI, "the results were not written");
		model_free(Model);
	}

private:
	// The main file and the headers beside it; what every file includes is not ours.
	static bool isOwn(SourceManager &SM, SourceLocation L)
	{
		L = SM.getExpansionLoc(L);
		if (SM.isInMainFile(L))
			return true;
		return L.isValid() && !SM.isInSystemHeader(L) && isLocalName(SM.getFilename(L));
	}

	static bool isLocalName(StringRef Name)
	{
		return !Name.empty() && Name.find("include/") == StringRef::npos &&
		       Name.find("/usr/") != 0;
	}

	bool worthLowering(ASTContext &Ctx)
	{
		SourceManager &SM = Ctx.getSourceManager();
		for (auto It = SM.fileinfo_begin(); It != SM.fileinfo_end(); ++It) {
			FileID Id = SM.translateFile(It->first);
			if (Id.isInvalid())
				continue;
			if (Id != SM.getMainFileID() &&
			    !isLocalName(SM.getFilename(SM.getLocForStartOfFile(Id))))
				continue;
			StringRef Text = SM.getBufferData(Id);
			if (gup_text_is_interesting(Session, Text.data(), Text.size()))
				return true;
		}
		return false;
	}

	// PAGE_SHIFT and the FOLL_ values of this translation unit: macros up to 6.2, enumerators later.
	void addFlags(ASTContext &Ctx, gup_model *Model)
	{
		Preprocessor &PP = CI.getPreprocessor();
		for (auto &Entry : PP.macros()) {
			const MacroInfo *MI = PP.getMacroInfo(Entry.first);
			// #define PAGE_SHIFT CONFIG_PAGE_SHIFT
			if (MI && MI->getNumTokens() == 1 && Entry.first->isStr("PAGE_SHIFT") &&
			    MI->getReplacementToken(0).is(tok::identifier))
				MI = PP.getMacroInfo(MI->getReplacementToken(0).getIdentifierInfo());
			if (MI && MI->getNumTokens() == 1 &&
			    MI->getReplacementToken(0).is(tok::numeric_constant))
				addFlag(Model, Entry.first->getName(), MI->getDefinitionLoc(), true, [&] {
					return strtoll(PP.getSpelling(MI->getReplacementToken(0)).c_str(),
						       nullptr, 0); });
		}
		for (const Decl *D : Ctx.getTranslationUnitDecl()->decls())
			if (auto *E = dyn_cast<EnumDecl>(D))
				for (const EnumConstantDecl *C : E->enumerators())
					addFlag(Model, C->getName(), C->getLocation(), false,
						[&] { return number(C->getInitVal()); });
	}

	void addFlag(gup_model *Model, StringRef Name, SourceLocation L, bool IsMacro,
		     llvm::function_ref<int64_t()> Value)
	{
		if ((Name.size() <= 5 || Name.substr(0, 5) != "FOLL_") && Name != "PAGE_SHIFT")
			return;
		// mm/internal.h has the flags that only mm/ itself may give.
		PresumedLoc Place = CI.getSourceManager().getPresumedLoc(L);
		bool Internal = Place.isValid() && StringRef(Place.getFilename()).contains("mm/internal.h");
		model_add_flag(Model, { Name.str().c_str(), Value(), IsMacro, Internal });
	}

	// What a body mentions, and whether it handles pointers to pages.
	struct Body {
		const FunctionDecl *Decl;
		std::set<std::string> Names;
		bool HasPages;
	};

	void look(const Stmt *S, const Translate &T, Body &B, std::set<const Decl *> &Cleanups)
	{
		if (!S)
			return;
		if (auto *R = dyn_cast<BinaryOperator>(S))
			if (R->getOpcode() == BO_Assign && R->getType()->isFunctionPointerType())
				if (auto *M = dyn_cast<MemberExpr>(R->getLHS()->IgnoreParens()))
					if (auto *D = dyn_cast<FieldDecl>(M->getMemberDecl()))
						T.slot(D, R->getRHS());
		if (auto *D = dyn_cast<DeclRefExpr>(S))
			if (isa<FunctionDecl>(D->getDecl()))
				B.Names.insert(D->getDecl()->getNameAsString());
		if (auto *E = dyn_cast<Expr>(S))
			B.HasPages = B.HasPages || T.pageDepth(E->getType());
		if (auto *D = dyn_cast<DeclStmt>(S))
			for (const Decl *One : D->decls())
				if (auto *A = One->getAttr<CleanupAttr>()) {
					B.Names.insert(A->getFunctionDecl()->getNameAsString());
					Cleanups.insert(A->getFunctionDecl()->getDefinition());
				}
		for (const Stmt *C : S->children())
			look(C, T, B, Cleanups);
	}

	// The functions that reach an API function through any number of our own; and, for
	// facts, those that pass pages on. Cleanups are ours wherever they are defined.
	void lower(ASTContext &Ctx, Translate &T)
	{
		std::vector<Body> All;
		std::set<const Decl *> Cleanups;
		std::set<std::string> Wanted;
		for (int Round = 0; Round < 2; Round++)
			for (const Decl *D : Ctx.getTranslationUnitDecl()->decls()) {
				auto *F = dyn_cast<FunctionDecl>(D);
				bool Own = isOwn(Ctx.getSourceManager(), D->getLocation());
				if (auto *V = dyn_cast<VarDecl>(D))
					if (Own && V->getInit() && !Round)
						T.slots(nullptr, V->getInit());
				if (!F || !F->doesThisDeclarationHaveABody() ||
				    (Round ? Own || !Cleanups.count(F) : !Own))
					continue;
				All.push_back({ F, {}, false });
				look(F->getBody(), T, All.back(), Cleanups);
			}
		for (bool Changed = true; Changed;) {
			Changed = false;
			for (Body &B : All) {
				bool Hit = Cleanups.count(B.Decl);
				for (auto &Name : B.Names)
					Hit = Hit || Wanted.count(Name) ||
					      gup_name_is_interesting(Session, Name.c_str());
				if (Hit && Wanted.insert(B.Decl->getNameAsString()).second)
					Changed = true;
			}
		}
		addFlags(Ctx, T.Model);
		for (Body &B : All)
			if (Wanted.count(B.Decl->getNameAsString()))
				FunctionLowering(T, model_add_function(T.Model, T.name(B.Decl))).run(B.Decl);
		for (Body &B : All)
			if (Options.facts && B.HasPages && !Wanted.count(B.Decl->getNameAsString()))
				FunctionLowering(T, model_add_passing(T.Model, T.name(B.Decl))).run(B.Decl);
	}

	static void report(void *Data, const gup_diag *D)
	{
		auto *Self = static_cast<Consumer *>(Data);
		DiagnosticsEngine &Diags = Self->CI.getDiagnostics();
		if (Self->Options.quiet || Diags.getIgnoreAllWarnings())
			return;
		// Clang promotes no custom warning by itself: -Werror is honoured here.
		bool Error = Diags.getWarningsAsErrors();
		unsigned Id = D->is_note ? Diags.getCustomDiagID(DiagnosticsEngine::Note, "%0") :
			Diags.getCustomDiagID(Error ? DiagnosticsEngine::Error : DiagnosticsEngine::Warning,
					      "%0 [%1-Wgup-%2]");
		auto Report = Diags.Report(SourceLocation::getFromRawEncoding(D->pos.raw), Id);
		Report << D->message;
		if (!D->is_note)
			Report << (Error ? "-Werror," : "") << D->rule;
	}
};

class Action : public PluginASTAction {
	gup_options Options = {};
	std::vector<std::string> Kept;

protected:
	std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef) override
	{
		gup_session *Session = gup_open(&Options);
		if (Session)
			return std::make_unique<Consumer>(CI, Session, Options);
		refuse(CI, "nothing is checked");
		return std::make_unique<ASTConsumer>();
	}

	bool ParseArgs(const CompilerInstance &CI, const std::vector<std::string> &Args) override
	{
		Kept = Args;
		for (const std::string &A : Kept)
			if (!gup_set_option(&Options, A.c_str()))
				refuse(CI, "unknown plugin argument '" + A + "'");
		return true;
	}

	ActionType getActionType() override { return AddBeforeMainAction; }
};

// A plugin that meets another clang than the one it was built for may crash or
// keep silent. The version is compared before anything else is touched.
struct Registration {
	Registration()
	{
		std::string Host = getClangFullVersion();
		size_t At = Host.find("version ");
		int Major = At == std::string::npos ? 0 : atoi(Host.c_str() + At + 8);
		if (Major != CLANG_VERSION_MAJOR) {
			fprintf(stderr, "gupcheck: built for clang %d, loaded by clang %d: nothing is checked\n",
				CLANG_VERSION_MAJOR, Major);
			return;
		}
		static FrontendPluginRegistry::Add<Action> Add("gupcheck", "misuse of the GUP API");
	}
} TheRegistration;

} // namespace
