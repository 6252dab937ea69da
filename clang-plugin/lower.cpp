// SPDX-License-Identifier: GPL-2.0-only
//
// The only C++ of the project: registers the plugin and lowers Clang's AST and
// CFG to the model. It decides nothing about the GUP API; it never changes the
// AST, the diagnostics state or the code that is generated.
//
#include "choice.h"
#include "gupcheck.h"
#include "model_build.h"

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

// A name of C, which lives as long as the compiler.
const char *nameOf(const NamedDecl *D)
{
	return D->getName().data();
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
		for (; T->isAnyPointerType(); Depth++)
			T = T->getPointeeType();
		const RecordDecl *R = T->getAsRecordDecl();
		return R && (R->getName() == "page" || R->getName() == "folio") ? Depth : 0;
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
	const char *name(const NamedDecl *D) const { return arena_strdup(&Model->arena, nameOf(D)); }

	// The structure that a type is or points to, however often.
	static const RecordDecl *record(QualType T)
	{
		while (T->isAnyPointerType() || T->isArrayType())
			T = QualType(T->getPointeeOrArrayElementType(), 0);
		return T->getAsRecordDecl();
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
		const RecordDecl *R = List->getType()->getAsRecordDecl();
		unsigned I = 0, Count = List->getNumInits();
		if (R && R->isUnion()) {
			if (List->getInitializedFieldInUnion() && Count)
				Result.push_back({ List->getInitializedFieldInUnion(), List->getInit(0) });
		} else if (R) {
			for (const FieldDecl *D : R->fields())
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
		return Temps[E] = model_add_temporary(M, F, T.type(E->getType()));
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
		discard(S);
		if (auto *SE = dyn_cast<StmtExpr>(S)) {
			prepare(SE->getSubStmt());
			if (!SE->getSubStmt()->body_empty())
				Discarded.erase(strip(SE->getSubStmt()->body_back()));
			return;
		}
		for (const Stmt *C : S->children())
			prepare(C);
	}

	static const Stmt *strip(const Stmt *S)
	{
		auto *E = dyn_cast<Expr>(S);
		return E ? E->IgnoreParenCasts() : S;
	}

	// The expressions in a statement that are there for their effect only.
	void discard(const Stmt *S)
	{
		const Stmt *Cond = nullptr;
		if (auto *I = dyn_cast<IfStmt>(S)) Cond = I->getCond();
		else if (auto *L = dyn_cast<ForStmt>(S)) Cond = L->getCond();
		else if (auto *W = dyn_cast<WhileStmt>(S)) Cond = W->getCond();
		else if (auto *D = dyn_cast<DoStmt>(S)) Cond = D->getCond();
		else if (!isa<CompoundStmt>(S) && !isa<LabelStmt>(S) && !isa<SwitchCase>(S)) return;
		for (const Stmt *C : S->children())
			if (C && C != Cond && isa<Expr>(C))
				Discarded.insert(strip(C));
	}

	const gup_term *unknown(QualType Q) { return term_new(M, TERM_UNKNOWN, T.type(Q)); }

	const gup_term *unary(term_kind K, QualType Q, const gup_term *A, term_op Op = OP_NONE)
	{
		return term_unary(M, K, Op, T.type(Q), A);
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
			const gup_term *Base = term(A->getBase());
			return term_index(M, T.type(Q), Base, term(A->getIdx()));
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
		case Stmt::ConstantExprClass:
			return term(cast<ConstantExpr>(E)->getSubExpr());
		default: return unknown(Q);
		}
	}

	const gup_term *reference(const DeclRefExpr *E)
	{
		if (auto *V = dyn_cast<VarDecl>(E->getDecl()))
			return term_var(M, F, variable(V));
		if (auto *D = dyn_cast<FunctionDecl>(E->getDecl()))
			return term_function(M, T.type(Ctx.VoidPtrTy), T.name(D));
		return unknown(E->getType());
	}

	const gup_term *member(const MemberExpr *E)
	{
		const gup_term *Base = term(E->getBase());
		if (E->isArrow())
			Base = unary(TERM_DEREF, E->getBase()->getType()->getPointeeType(), Base);
		auto *D = dyn_cast<FieldDecl>(E->getMemberDecl());
		return D && !D->getName().empty() ? field(Base, D, E->getType()) : Base;
	}

	const gup_term *field(const gup_term *Base, const FieldDecl *D, QualType Q)
	{
		return term_field(M, T.type(Q), Base, T.recordName(D), T.name(shared(D)));
	}

	// Pointers to data in a union are one place: by the name of the first, that of pages where there is one.
	const FieldDecl *shared(const FieldDecl *D)
	{
		auto IsData = [](const FieldDecl *F) {
			return F->getType()->isPointerType() && !F->getType()->isFunctionPointerType() && !F->getName().empty();
		};
		const FieldDecl *Best = nullptr;
		if (!D->getParent()->isUnion() || !IsData(D))
			return D;
		for (const FieldDecl *F : D->getParent()->fields())
			if (IsData(F) && (!Best || (!T.pageDepth(Best->getType()) && T.pageDepth(F->getType()))))
				Best = F;
		return Best;
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
		case UO_Plus: case UO_PreInc: case UO_PreDec:
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

	static builtin builtinOf(const CallExpr *E)
	{
		const FunctionDecl *D = E->getDirectCallee();
		return D ? model_builtin(nameOf(D)) : BUILTIN_NOT;
	}

	const gup_term *callTerm(const CallExpr *E)
	{
		switch (builtinOf(E)) {
		case BUILTIN_EXPECT: return term(E->getArg(0));
		case BUILTIN_CONSTANT: return term_const(M, 0, T.type(E->getType()));
		default: return term_var(M, F, temporary(E));
		}
	}

	void assign(SourceLocation L, const gup_term *Lhs, const gup_term *Rhs, const Stmt *Text)
	{
		model_add_assign(M, Block, T.pos(L), Lhs, Rhs, Text ? T.text(Text) : nullptr);
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

	gup_event *addCall(SourceLocation L, const FunctionDecl *D, const char *Text, unsigned Count)
	{
		gup_event *Call = model_add_call(M, Block, T.pos(L), D ? T.name(D) : nullptr, Text, Count);
		Call->callee_static = D && !D->isExternallyVisible();
		return Call;
	}

	void lowerCall(const CallExpr *E)
	{
		builtin Builtin = builtinOf(E);
		if (Builtin != BUILTIN_NOT && Builtin != BUILTIN_STOP)
			return;
		const FunctionDecl *D = E->getDirectCallee();
		gup_event *Call = addCall(E->getBeginLoc(), D, T.text(E), E->getNumArgs());
		Call->result = E->getType()->isVoidType() ? -1 : temporary(E);
		for (unsigned I = 0; I < E->getNumArgs(); I++) {
			Call->args[I] = argument(E->getArg(I));
			Call->arg_text[I] = T.text(E->getArg(I));
		}
		Call->target = D ? nullptr : term(E->getCallee());
		Call->result_used = !Discarded.count(E);
		Call->noreturn = Builtin == BUILTIN_STOP || (D && D->isNoReturn());
	}

	// __attribute__((cleanup(f))) is a call f(&variable) where the scope is left.
	void lowerCleanup(const VarDecl *V, const Stmt *Trigger)
	{
		SourceLocation L = isa<CompoundStmt>(Trigger) ? Trigger->getEndLoc() : Trigger->getBeginLoc();
		gup_event *Call = addCall(L, V->getAttr<CleanupAttr>()->getFunctionDecl(), nullptr, 1);
		model_pass_address(M, F, Call, variable(V), T.type(Ctx.getPointerType(V->getType())));
	}

	void lowerAssignment(const BinaryOperator *E)
	{
		const gup_term *Lhs = term(E->getLHS());
		auto *C = dyn_cast<CompoundAssignOperator>(E);
		if (!C)
			assign(E->getOperatorLoc(), Lhs, term(E->getRHS()), E);
		else
			model_add_compound(M, Block, T.pos(E->getOperatorLoc()), Lhs, binaryOp(C->getOpcode()),
					   T.type(C->getComputationLHSType()),
					   T.type(C->getComputationResultType()), term(E->getRHS()), T.text(E));
	}

	void lowerStep(const UnaryOperator *E)
	{
		const gup_term *Place = term(E->getSubExpr());
		model_add_step(M, Block, T.pos(E->getOperatorLoc()), Place, T.type(E->getType()),
			       E->isIncrementOp() ? OP_ADD : OP_SUB,
			       E->isPostfix() ? term_var(M, F, temporary(E)) : nullptr, T.text(E));
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
		const RecordDecl *R = V->getType()->getAsRecordDecl();
		if (!R || R->isUnion())
			return;
		for (auto &Init : T.members(List)) {
			const FieldDecl *D = Init.first;
			const Expr *Value = Init.second;
			gup_type Type = T.type(D->getType());
			if (D->getName().empty() || isa<InitListExpr>(Value) || !Type.width)
				continue;
			const gup_term *Field = field(Place, D, D->getType());
			assign(V->getLocation(), Field, isa<ImplicitValueInitExpr>(Value) ?
			       term_const(M, 0, Type) : term(Value), nullptr);
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
			model_add_return(M, Block, T.pos(R->getBeginLoc()), returned(R->getRetValue()), T.text(R));
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
			model_add_feed(M, Block, T.pos(E->getBeginLoc()), term_var(M, F, Feed.first),
				       Feed.second, term(E));
	}

	static const VarDecl *cleanedUp(const CFGElement &E)
	{
		auto L = E.getAs<CFGLifetimeEnds>();
		return L && L->getVarDecl()->hasAttr<CleanupAttr>() ? L->getVarDecl() : nullptr;
	}

	void lowerBlock(const CFGBlock &B)
	{
		Block = &F->blocks[B.getBlockID()];
		for (const CFGElement &E : B)
			if (const VarDecl *V = cleanedUp(E))
				lowerCleanup(V, E.castAs<CFGLifetimeEnds>().getTriggerStmt());
			else if (auto S = E.getAs<CFGStmt>())
				lowerStatement(S->getStmt());
		model_return_last(Block);
		lowerEdges(B);
	}

	// What is returned; where a cleanup comes behind it, whatever that does to the variables in it.
	const gup_term *returned(const Expr *E)
	{
		if (!E || !T.type(E->getType()).width)
			return nullptr;
		const gup_term *Now = term(E);
		if (!HasCleanup || Now->kind == TERM_CONST)
			return Now;
		const gup_term *Kept = term_var(M, F, model_add_temporary(M, F, T.type(E->getType())));
		assign(E->getBeginLoc(), Kept, Now, E);
		return Kept;
	}

	void setCondition(const Expr *Cond)
	{
		model_set_condition(Block, term(Cond), T.text(Cond), T.pos(Cond->getBeginLoc()));
	}

	void lowerEdges(const CFGBlock &B)
	{
		const Stmt *Term = B.getTerminatorStmt();
		if (auto *L = dyn_cast_or_null<BinaryOperator>(Term)) {
			if (L->isLogicalOp())
				assign(L->getOperatorLoc(), term_var(M, F, temporary(L)),
				       term_const(M, L->getOpcode() == BO_LOr, type_int(32, true)), nullptr);
		} else if (auto *C = dyn_cast_or_null<BinaryConditionalOperator>(Term)) {
			model_add_feed(M, Block, T.pos(C->getBeginLoc()), term_var(M, F, temporary(C)),
				       false, term(C->getCommon()));
		} else if (auto *S = dyn_cast_or_null<SwitchStmt>(Term)) {
			lowerSwitch(B, S);
			return;
		}
		const Expr *Cond = B.succ_size() == 2 ? B.getLastCondition() : nullptr;
		if (!Cond && B.succ_size() == 2)
			Cond = dyn_cast_or_null<Expr>(B.getTerminatorCondition());
		std::vector<int> Targets;
		for (auto &S : B.succs())
			if (const CFGBlock *To = S.getReachableBlock())
				Targets.push_back(To->getBlockID());
		if (Cond && Targets.size() == 2 && T.type(Cond->getType()).width)
			setCondition(Cond);
		// With no condition, as of asm goto and computed goto, nothing is learnt.
		model_add_ways(M, Block, Targets.data(), Targets.size());
	}

	void lowerSwitch(const CFGBlock &B, const SwitchStmt *S)
	{
		setCondition(S->getCond());
		for (auto &Succ : B.succs()) {
			const CFGBlock *To = Succ.getReachableBlock();
			const Stmt *Label = To ? To->getLabel() : nullptr;
			bool Known = !To;
			// Labels that stand on one statement share the block of the innermost.
			while (auto *C = dyn_cast_or_null<CaseStmt>(Label)) {
				int64_t Low = number(C->getLHS()->EvaluateKnownConstInt(Ctx));
				int64_t High = C->getRHS() ?
					number(C->getRHS()->EvaluateKnownConstInt(Ctx)) : Low;
				model_add_edge(M, Block, { EDGE_CASE, int(To->getBlockID()), Low, High });
				Known = true;
				Label = isa<SwitchCase>(C->getSubStmt()) ? C->getSubStmt() : nullptr;
			}
			if (!Known)
				model_add_edge(M, Block, { EDGE_DEFAULT, int(To->getBlockID()), 0, 0 });
		}
	}
};

// One translation unit.
class Consumer : public ASTConsumer {
	CompilerInstance &CI;
	gup_session *Session;
	gup_options Options;
	choice *Choice;
	std::set<const Decl *> Cleanups;

public:
	Consumer(CompilerInstance &C, gup_session *S, const gup_options &O) :
		CI(C), Session(S), Options(O), Choice(choice_open(S)) {}
	~Consumer() override { choice_close(Choice), gup_close(Session); }

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
		if (Worth)
			gup_give_back();
	}

private:
	// The main file and the headers beside it; what every file includes is not ours.
	static bool isOwn(SourceManager &SM, SourceLocation L)
	{
		L = SM.getExpansionLoc(L);
		if (SM.isInMainFile(L))
			return true;
		return L.isValid() && !SM.isInSystemHeader(L) &&
		       gup_file_is_local(SM.getFilename(L).str().c_str());
	}

	bool worthLowering(ASTContext &Ctx)
	{
		SourceManager &SM = Ctx.getSourceManager();
		for (unsigned I = 1; I < SM.local_sloc_entry_size(); I++) {
			const SrcMgr::SLocEntry &Entry = SM.getLocalSLocEntry(I);
			SourceLocation L = SourceLocation::getFromRawEncoding(Entry.getOffset());
			if (!Entry.isFile() || !isOwn(SM, L))
				continue;
			StringRef Text = SM.getBufferData(SM.getFileID(L));
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
			const char *Name = Entry.first->getNameStart();
			const MacroInfo *MI = model_wants_flag(Name) ? PP.getMacroInfo(Entry.first) : nullptr;
			// #define PAGE_SHIFT CONFIG_PAGE_SHIFT
			if (MI && MI->getNumTokens() == 1 && Entry.first->isStr("PAGE_SHIFT") &&
			    MI->getReplacementToken(0).is(tok::identifier))
				MI = PP.getMacroInfo(MI->getReplacementToken(0).getIdentifierInfo());
			if (MI && MI->getNumTokens() == 1 &&
			    MI->getReplacementToken(0).is(tok::numeric_constant))
				addFlag(Model, Name, strtoll(PP.getSpelling(MI->getReplacementToken(0)).c_str(),
							     nullptr, 0), true, MI->getDefinitionLoc());
		}
		for (const Decl *D : Ctx.getTranslationUnitDecl()->decls())
			if (auto *E = dyn_cast<EnumDecl>(D))
				for (const EnumConstantDecl *C : E->enumerators())
					if (model_wants_flag(nameOf(C)))
						addFlag(Model, nameOf(C), number(C->getInitVal()), false,
							C->getLocation());
	}

	void addFlag(gup_model *Model, const char *Name, int64_t Value, bool IsMacro, SourceLocation L)
	{
		PresumedLoc Place = CI.getSourceManager().getPresumedLoc(L);
		model_add_flag(Model, { Name, Value, IsMacro, Place.isValid() &&
					gup_header_is_internal(Session, Place.getFilename()) });
	}

	// What a body mentions, what it puts into structures, whether it is of use to who joins files.
	void look(const Stmt *S, const Translate &T)
	{
		if (!S)
			return;
		if (auto *R = dyn_cast<BinaryOperator>(S))
			if (R->getOpcode() == BO_Assign && R->getType()->isFunctionPointerType())
				if (auto *M = dyn_cast<MemberExpr>(R->getLHS()->IgnoreParens()))
					if (auto *D = dyn_cast<FieldDecl>(M->getMemberDecl()))
						T.slot(D, R->getRHS());
		auto *D = dyn_cast<DeclRefExpr>(S);
		if (D && isa<FunctionDecl>(D->getDecl()))
			choice_mention(Choice, nameOf(D->getDecl()));
		// FOLL_WRITE, a macro or an enumerator.
		if (isa<IntegerLiteral>(S) || (D && isa<EnumConstantDecl>(D->getDecl())))
			choice_constant(Choice, T.constantName(S));
		if (auto *E = dyn_cast<Expr>(S))
			if (T.pageDepth(E->getType()))
				choice_pages(Choice);
		if (auto *D = dyn_cast<DeclStmt>(S))
			for (const Decl *One : D->decls())
				if (auto *A = One->getAttr<CleanupAttr>()) {
					choice_mention(Choice, nameOf(A->getFunctionDecl()));
					Cleanups.insert(A->getFunctionDecl()->getDefinition());
				}
		for (const Stmt *C : S->children())
			look(C, T);
	}

	// Our own functions; cleanups, and what of the API is inline, wherever they are defined.
	void lower(ASTContext &Ctx, Translate &T)
	{
		std::vector<const FunctionDecl *> All;
		for (int Round = 0; Round < 2; Round++)
			for (const Decl *D : Ctx.getTranslationUnitDecl()->decls()) {
				auto *F = dyn_cast<FunctionDecl>(D);
				bool Own = isOwn(Ctx.getSourceManager(), D->getLocation());
				if (auto *V = dyn_cast<VarDecl>(D))
					if (Own && V->getInit() && !Round)
						T.slots(nullptr, V->getInit());
				if (!F || !F->doesThisDeclarationHaveABody() || Own == Round)
					continue;
				bool Inline = Round && choice_wants_inline(Choice, nameOf(F));
				if (Round && !Inline && !Cleanups.count(F))
					continue;
				All.push_back(F);
				(Inline ? choice_add_inline : choice_add)(Choice, nameOf(F));
				for (const ParmVarDecl *P : F->parameters())
					if (const RecordDecl *R = Translate::record(P->getType()))
						choice_parameter(Choice, nameOf(R));
				look(F->getBody(), T);
			}
		for (const FunctionDecl *F : All)
			if (Cleanups.count(F))
				choice_want(Choice, nameOf(F));
		choice_spread(Choice);
		addFlags(Ctx, T.Model);
		for (choice_as How : { CHOICE_WHOLE, CHOICE_PASSING })
			for (const FunctionDecl *F : All)
				if (choice_how(Choice, nameOf(F), Options.facts) == How)
					FunctionLowering(T, (How == CHOICE_WHOLE ? model_add_function :
							     model_add_passing)(T.Model, nameOf(F))).run(F);
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
		for (const std::string &A : Args) // which live as long as CI
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
		if (!gup_is_built_for(getClangFullVersion().c_str(), CLANG_VERSION_MAJOR))
			return;
		static FrontendPluginRegistry::Add<Action> Add("gupcheck", "misuse of the GUP API");
	}
} TheRegistration;

} // namespace
