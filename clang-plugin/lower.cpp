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

const unsigned kTextLimit = 60;

// Any 64-bit number as the model keeps it: getExtValue() asserts on large unsigned ones.
int64_t number(const llvm::APSInt &V)
{
	return V.isSigned() ? V.getSExtValue() : static_cast<int64_t>(V.getZExtValue());
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
		if (!R)
			return 0;
		std::string Name = R->getDecl()->getNameAsString();
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
			return arena_strdup(&Model->arena, D->getDecl()->getNameAsString().c_str());
		if (S->getBeginLoc().isMacroID())
			return arena_strdup(&Model->arena, Lexer::getImmediateMacroName(
				S->getBeginLoc(), SM, Ctx.getLangOpts()).str().c_str());
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
		if (L.isMacroID()) {
			SourceLocation Outer = L;
			while (SM.getImmediateMacroCallerLoc(Outer).isMacroID())
				Outer = SM.getImmediateMacroCallerLoc(Outer);
			if (!SM.isMacroArgExpansion(L))
				P.macro = arena_strdup(&Model->arena,
					Lexer::getImmediateMacroName(Outer, SM, Ctx.getLangOpts())
						.str().c_str());
		}
		SourceLocation F = SM.getFileLoc(L);
		PresumedLoc PL = SM.getPresumedLoc(F);
		if (PL.isInvalid())
			return P;
		P.file = arena_strdup(&Model->arena, PL.getFilename());
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
		std::string Raw = Lexer::getSourceText(File, SM, Ctx.getLangOpts()).str(), Out;
		for (char C : Raw) {
			bool Space = C == ' ' || C == '\t' || C == '\n' || C == '\r';
			if (Space && (Out.empty() || Out.back() == ' '))
				continue;
			Out += Space ? ' ' : C;
			if (Out.size() > kTextLimit) {
				Out += "...";
				break;
			}
		}
		return arena_strdup(&Model->arena, Out.c_str());
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
		std::unique_ptr<CFG> Graph = CFG::buildCFG(D, D->getBody(), &Ctx, Options);
		if (!Graph) {
			F->incomplete = "clang builds no control flow graph for it";
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
		std::string Name = V->getNameAsString();
		G.name = Name.c_str();
		G.kind = isa<ParmVarDecl>(V) ? VAR_PARAM : V->hasGlobalStorage() ? VAR_GLOBAL : VAR_LOCAL;
		G.type = T.type(V->getType());
		G.is_object = V->getType()->isArrayType() || V->getType()->isRecordType();
		G.has_cleanup = V->hasAttr<CleanupAttr>();
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
		switch (K) {
		case BO_Add: case BO_AddAssign: return OP_ADD;
		case BO_Sub: case BO_SubAssign: return OP_SUB;
		case BO_Mul: case BO_MulAssign: return OP_MUL;
		case BO_Div: case BO_DivAssign: return OP_DIV;
		case BO_Rem: case BO_RemAssign: return OP_REM;
		case BO_Shl: case BO_ShlAssign: return OP_SHL;
		case BO_Shr: case BO_ShrAssign: return OP_SHR;
		case BO_And: case BO_AndAssign: return OP_AND;
		case BO_Or: case BO_OrAssign: return OP_OR;
		case BO_Xor: case BO_XorAssign: return OP_XOR;
		case BO_LT: return OP_LT;
		case BO_LE: return OP_LE;
		case BO_GT: return OP_GT;
		case BO_GE: return OP_GE;
		case BO_EQ: return OP_EQ;
		case BO_NE: return OP_NE;
		default: return OP_NONE;
		}
	}

	// The value (or, for an lvalue, the place) that E denotes after its own
	// side effects: those were emitted as events when E's element came by.
	const gup_term *term(const Expr *E)
	{
		E = E->IgnoreParens();
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
			R->name = arena_strdup(&M->arena, D->getNameAsString().c_str());
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
		// A member of an anonymous structure is a member of the one around it.
		if (!D || D->getName().empty())
			return Base;
		gup_term *R = term_new(M, TERM_FIELD, T.type(E->getType()));
		R->a = Base;
		R->name = arena_strdup(&M->arena, D->getNameAsString().c_str());
		const RecordDecl *Outer = D->getParent();
		while (Outer->isAnonymousStructOrUnion() && isa<RecordDecl>(Outer->getDeclContext()))
			Outer = cast<RecordDecl>(Outer->getDeclContext());
		R->record = arena_strdup(&M->arena, Outer->getNameAsString().c_str());
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
		gup_event *Call = model_add_event(M, Block, EVENT_CALL);
		Call->pos = T.pos(E->getBeginLoc());
		Call->text = T.text(E);
		Call->callee = Name.empty() ? nullptr : arena_strdup(&M->arena, Name.c_str());
		Call->result = Result;
		Call->nr_args = Args.size();
		Call->args = static_cast<const gup_term **>(
			arena_alloc(&M->arena, (Args.size() + 1) * sizeof(gup_term *)));
		Call->arg_text = static_cast<const char **>(
			arena_alloc(&M->arena, (Args.size() + 1) * sizeof(char *)));
		for (size_t I = 0; I < Args.size(); I++) {
			Call->args[I] = Args[I];
			Call->arg_text[I] = T.text(E->getArg(I));
		}
		Call->result_used = !Discarded.count(E);
		const FunctionDecl *D = E->getDirectCallee();
		Call->noreturn = D && (D->isNoReturn() || Name == "__builtin_unreachable" ||
				       Name == "__builtin_trap");
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
		unsigned I = 0;
		for (const FieldDecl *D : R->getDecl()->fields()) {
			if (D->isBitField() && D->getName().empty())
				continue;
			if (I >= List->getNumInits())
				break;
			const Expr *Value = List->getInit(I++);
			if (D->getName().empty() || isa<InitListExpr>(Value) || !T.type(D->getType()).width)
				continue;
			gup_term *Field = term_new(M, TERM_FIELD, T.type(D->getType()));
			Field->a = Place;
			Field->name = arena_strdup(&M->arena, D->getNameAsString().c_str());
			Field->record = arena_strdup(&M->arena, R->getDecl()->getNameAsString().c_str());
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
			gup_event *E = model_add_event(M, Block, EVENT_RETURN);
			E->pos = T.pos(R->getBeginLoc());
			E->text = T.text(R);
			E->rhs = R->getRetValue() && !R->getRetValue()->getType()->isRecordType() ?
				term(R->getRetValue()) : nullptr;
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

	void lowerBlock(const CFGBlock &B)
	{
		Block = &F->blocks[B.getBlockID()];
		for (const CFGElement &E : B)
			if (auto S = E.getAs<CFGStmt>())
				lowerStatement(S->getStmt());
		lowerEdges(B);
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
		if (CI.getDiagnostics().hasErrorOccurred() || !worthLowering(Ctx))
			return;
		SourceManager &SM = Ctx.getSourceManager();
		PresumedLoc Main = SM.getPresumedLoc(SM.getLocForStartOfFile(SM.getMainFileID()));
		gup_model *Model = model_new(Main.isValid() ? Main.getFilename() : "");
		Translate T(Ctx, Model);
		addFlags(Ctx, Model);
		for (const FunctionDecl *D : interesting(Ctx)) {
			gup_function *F = model_add_function(Model, D->getNameAsString().c_str());
			FunctionLowering(T, F).run(D);
		}
		gup_host Host = { this, report };
		gup_check(Session, Model, &Host);
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

	// The FOLL_ values of this translation unit: macros up to 6.2, enumerators later.
	void addFlags(ASTContext &Ctx, gup_model *Model)
	{
		std::map<std::string, gup_flag> Flags;
		SourceManager &SM = CI.getSourceManager();
		// mm/internal.h has the flags that only mm/ itself may give.
		auto internal = [&](SourceLocation L) {
			PresumedLoc Place = SM.getPresumedLoc(L);
			return Place.isValid() && StringRef(Place.getFilename()).contains("mm/internal.h");
		};
		Preprocessor &PP = CI.getPreprocessor();
		for (auto &Entry : PP.macros()) {
			StringRef Name = Entry.first->getName();
			if (Name.size() < 5 || Name.substr(0, 5) != "FOLL_")
				continue;
			const MacroInfo *MI = PP.getMacroInfo(Entry.first);
			if (!MI || MI->getNumTokens() != 1 ||
			    MI->getReplacementToken(0).isNot(tok::numeric_constant))
				continue;
			std::string Text = PP.getSpelling(MI->getReplacementToken(0));
			Flags[Name.str()] = { nullptr, strtoll(Text.c_str(), nullptr, 0), true,
					      internal(MI->getDefinitionLoc()) };
		}
		for (const Decl *D : Ctx.getTranslationUnitDecl()->decls())
			if (auto *E = dyn_cast<EnumDecl>(D))
				for (const EnumConstantDecl *C : E->enumerators())
					if (C->getName().size() > 5 && C->getName().substr(0, 5) == "FOLL_")
						Flags[C->getName().str()] = { nullptr, number(C->getInitVal()),
							false, internal(C->getLocation()) };
		for (auto &Flag : Flags) {
			Flag.second.name = Flag.first.c_str();
			model_add_flag(Model, Flag.second);
		}
	}

	static void mentioned(const Stmt *S, std::set<std::string> &Names)
	{
		if (!S)
			return;
		if (auto *D = dyn_cast<DeclRefExpr>(S))
			if (isa<FunctionDecl>(D->getDecl()))
				Names.insert(D->getDecl()->getNameAsString());
		for (const Stmt *C : S->children())
			mentioned(C, Names);
	}

	// The functions that reach an API function, through any number of our own.
	std::vector<const FunctionDecl *> interesting(ASTContext &Ctx)
	{
		std::vector<std::pair<const FunctionDecl *, std::set<std::string>>> All;
		std::set<std::string> Wanted;
		for (const Decl *D : Ctx.getTranslationUnitDecl()->decls()) {
			auto *F = dyn_cast<FunctionDecl>(D);
			if (!F || !F->doesThisDeclarationHaveABody() ||
			    !isOwn(Ctx.getSourceManager(), F->getLocation()))
				continue;
			All.push_back({ F, {} });
			mentioned(F->getBody(), All.back().second);
		}
		for (bool Changed = true; Changed;) {
			Changed = false;
			for (auto &Entry : All) {
				bool Hit = false;
				for (auto &Name : Entry.second)
					Hit = Hit || Wanted.count(Name) ||
					      gup_name_is_interesting(Session, Name.c_str());
				if (Hit && Wanted.insert(Entry.first->getNameAsString()).second)
					Changed = true;
			}
		}
		std::vector<const FunctionDecl *> Result;
		for (auto &Entry : All)
			if (Wanted.count(Entry.first->getNameAsString()))
				Result.push_back(Entry.first);
		return Result;
	}

	static void report(void *Data, const gup_diag *D)
	{
		auto *Self = static_cast<Consumer *>(Data);
		DiagnosticsEngine &Diags = Self->CI.getDiagnostics();
		if (Self->Options.quiet || Diags.getIgnoreAllWarnings())
			return;
		// Clang promotes no custom warning by itself: -Werror is honoured here.
		auto Level = D->is_note ? DiagnosticsEngine::Note :
			Diags.getWarningsAsErrors() ? DiagnosticsEngine::Error :
						      DiagnosticsEngine::Warning;
		unsigned Id = Diags.getCustomDiagID(Level, "%0");
		std::string Text = D->message;
		if (!D->is_note)
			Text += std::string(" [") +
				(Level == DiagnosticsEngine::Error ? "-Werror," : "") + "-Wgup-" +
				D->rule + "]";
		Diags.Report(SourceLocation::getFromRawEncoding(D->pos.raw), Id) << Text;
	}
};

class Action : public PluginASTAction {
	gup_options Options = {};
	std::vector<std::string> Kept;

protected:
	std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef) override
	{
		gup_session *Session = gup_open(&Options);
		if (!Session)
			return std::make_unique<ASTConsumer>();
		return std::make_unique<Consumer>(CI, Session, Options);
	}

	bool ParseArgs(const CompilerInstance &, const std::vector<std::string> &Args) override
	{
		Kept = Args;
		for (const std::string &A : Kept) {
			if (A.compare(0, 6, "sarif=") == 0)
				Options.sarif = A.c_str() + 6;
			else if (A.compare(0, 8, "srcroot=") == 0)
				Options.srcroot = A.c_str() + 8;
			else if (A.compare(0, 4, "api=") == 0)
				Options.api_file = A.c_str() + 4;
			else if (A.compare(0, 7, "policy=") == 0)
				Options.entry_policy = A == "policy=entry";
			else if (!setFlag(A))
				fprintf(stderr, "gupcheck: unknown plugin argument '%s'\n", A.c_str());
		}
		return true;
	}

	bool setFlag(const std::string &Name)
	{
		const std::pair<const char *, bool *> Flags[] = {
			{ "dump", &Options.dump }, { "sites", &Options.sites },
			{ "stats", &Options.stats }, { "quiet", &Options.quiet },
		};
		for (auto &Flag : Flags)
			if (Name == Flag.first)
				return *Flag.second = true;
		return false;
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
